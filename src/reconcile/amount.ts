/** Amounts in words: thousands separators, shares that add up, singular and plural. */

const NUMBER = new Intl.NumberFormat('en-US')
const SHARE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })

/** `12,345`. */
export function number(value: number): string {
  return NUMBER.format(value)
}

/** `45 %`, `0.1 %`; of nothing, nothing is 0 % and anything 100 %. */
export function percent(part: number, whole: number): string {
  const share = whole === 0 ? Math.min(1, part) : part / whole
  return `${SHARE.format(100 * share)} %`
}

const MEBIBYTE = 1_048_576

/** `50 MiB`, `61.2 MiB`; below one, `800 bytes`. */
export function bytesText(bytes: number): string {
  return bytes < MEBIBYTE ? count(bytes, 'byte') : `${SHARE.format(bytes / MEBIBYTE)} MiB`
}

/** `1 person`, `12 people`. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`
}
