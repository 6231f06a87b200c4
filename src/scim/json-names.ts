/**
 * Names of objects as they stand in a text that has been found to be JSON, where `JSON.parse` leaves one of two: JSON allows a name twice,
 * and every reader takes another one of the two (RFC 8259 §4).
 */

/** Colons outside of quotes: one for each name as it stands there. */
export function countNames(text: string): number {
  let colons = 0
  for (let at = 0; at < text.length; at++) {
    const sign = text.charCodeAt(at)
    if (sign === 58) colons += 1
    else if (sign === 34) at = endOfString(text, at)
  }
  return colons
}

/** The first name that stands twice in one object; null when there is none. */
export function nameTwice(text: string): string | null {
  const open: Set<string>[] = []
  let last = ''
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (sign === '"') {
      const end = endOfString(text, at)
      last = text.slice(at, end + 1)
      at = end
    } else if (sign === '{' || sign === '[') open.push(new Set())
    else if (sign === '}' || sign === ']') open.pop()
    else if (sign === ':') {
      // The same name may be written in two ways: "a" and "\u0061".
      const name = String(JSON.parse(last))
      if (open.at(-1)?.has(name)) return name
      open.at(-1)?.add(name)
    }
  }
  return null
}

function endOfString(text: string, open: number): number {
  let at = open
  for (;;) {
    at = text.indexOf('"', at + 1)
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === 92) slashes += 1
    if (slashes % 2 === 0) return at
  }
}
