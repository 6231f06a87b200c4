/** Colours with a meaning; without colours the same functions give the text back. */
export interface Paint {
  bold(text: string): string
  dim(text: string): string
  /** Given, done. */
  good(text: string): string
  /** Waits, held. */
  warn(text: string): string
  /** Taken away, failed, refused. */
  bad(text: string): string
}

const coded = (open: number, close: number) => (text: string) =>
  text === '' ? '' : `\u001b[${open}m${text}\u001b[${close}m`
const same = (text: string) => text

export function painter(colours: boolean): Paint {
  if (!colours) return { bold: same, dim: same, good: same, warn: same, bad: same }
  return { bold: coded(1, 22), dim: coded(2, 22), good: coded(32, 39), warn: coded(33, 39), bad: coded(31, 39) }
}
