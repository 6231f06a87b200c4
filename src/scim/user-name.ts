/**
 * Names of users are compared as PRECIS prepares them (RFC 7644 §5; RFC 8265 §3.3.2, the profile UsernameCaseMapped), so that nobody
 * is there twice by another width, case or composition. What the profile forbids, such as a curly apostrophe, is no reason to refuse
 * anybody: directories have such names, and two that differ in it are two all the same.
 */

const NARROW_OR_WIDE = /[\u3000\uFF01-\uFFEE]/g
/** Letters of half-width Hangul, first and last, and the first that they stand for. Composing would make other letters of them. */
const HANGUL = [
  [0xffa0, 0xffa0, 0x3164],
  [0xffa1, 0xffbe, 0x3131],
  [0xffc2, 0xffc7, 0x314f],
  [0xffca, 0xffcf, 0x3155],
  [0xffd2, 0xffd7, 0x315b],
  [0xffda, 0xffdc, 0x3161],
] as const

/** The width mapping of the profile; case and composition are mapped after it, as in all text that has no case. */
export function usualWidth(text: string): string {
  return text.replace(NARROW_OR_WIDE, usual)
}

/** What a character of full or half width stands for: one step of its decomposition, and not what that may stand for in turn. */
function usual(character: string): string {
  const code = character.charCodeAt(0)
  if (code === 0xffe3) return '\u00af'
  for (const [first, last, letter] of HANGUL) {
    if (code >= first && code <= last) return String.fromCharCode(letter + code - first)
  }
  return character.normalize('NFKC')
}
