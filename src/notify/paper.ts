/** The paper a letter is written on: a few kinds of paragraph, rendered as plain text and as plain HTML that loads nothing. */

export type Block =
  | { paragraph: string }
  | { list: string[] }
  /** Something to type in a terminal. */
  | { command: string }
  | { link: string; label: string }

export interface Letter {
  /** One line. */
  subject: string
  text: string
  html: string
}

/** Sets a letter. Subject and blocks are plain text; escaping happens here and nowhere else. */
export function setLetter(subject: string, blocks: Block[]): Letter {
  const title = plain(subject)
  const text = `${blocks.map(asText).join('\n\n')}\n`
  const body = blocks.map(asHtml).join('\n')
  const html = [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><title>${escaped(title)}</title></head>`,
    `<body>\n${body}\n</body>`,
    '</html>\n',
  ].join('\n')
  return { subject: title, text, html }
}

/**
 * A value from outside, on one line: names and file names may not break lines, reverse the writing direction or fill the page.
 */
export function plain(value: string, length = 200): string {
  const flat = value
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
  const signs = Array.from(flat)
  return signs.length <= length ? flat : `${signs.slice(0, length - 1).join('')}…`
}

function asText(block: Block): string {
  if ('paragraph' in block) return block.paragraph
  if ('list' in block) return block.list.map((entry) => `* ${entry}`).join('\n')
  if ('command' in block) return `    ${block.command}`
  return `${block.label}: ${block.link}`
}

function asHtml(block: Block): string {
  if ('paragraph' in block) return `<p>${escaped(block.paragraph)}</p>`
  if ('list' in block) return `<ul>\n${block.list.map((entry) => `<li>${escaped(entry)}</li>`).join('\n')}\n</ul>`
  if ('command' in block) return `<pre><code>${escaped(block.command)}</code></pre>`
  return `<p><a href="${escaped(block.link)}">${escaped(block.label)}</a></p>`
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escaped(value: string): string {
  return value.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)
}
