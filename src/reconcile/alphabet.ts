/** Letters of other alphabets that a reader takes for Latin ones. */
const TWINS: Record<string, string> = {
  а: 'a',
  е: 'e',
  о: 'o',
  р: 'p',
  с: 'c',
  у: 'y',
  х: 'x',
  і: 'i',
  ј: 'j',
  ѕ: 's',
  ԁ: 'd',
  һ: 'h',
  к: 'k',
  м: 'm',
  т: 't',
  в: 'b',
  н: 'h',
  г: 'r',
  А: 'A',
  В: 'B',
  Е: 'E',
  К: 'K',
  М: 'M',
  Н: 'H',
  О: 'O',
  Р: 'P',
  С: 'C',
  Т: 'T',
  Х: 'X',
  І: 'I',
  α: 'a',
  ο: 'o',
  ρ: 'p',
  ν: 'v',
  υ: 'u',
  ι: 'i',
  κ: 'k',
  ε: 'e',
  τ: 't',
  Α: 'A',
  Β: 'B',
  Ε: 'E',
  Ζ: 'Z',
  Η: 'H',
  Ι: 'I',
  Κ: 'K',
  Μ: 'M',
  Ν: 'N',
  Ο: 'O',
  Ρ: 'P',
  Τ: 'T',
  Υ: 'Y',
  Χ: 'X',
}
const ALPHABETS = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u]

/**
 * The Latin text that a word with mixed alphabets looks like (`аnn@x.com` with a Cyrillic а → `ann@x.com`), or null when
 * no part of it mixes any. Local part and each label of the domain are judged alone: `иван@mail.ru` is ordinary.
 */
export function looksLike(email: string): string | null {
  const mixed = email.split(/[@.]/).some((part) => ALPHABETS.filter((alphabet) => alphabet.test(part)).length > 1)
  return mixed ? Array.from(email, (letter) => TWINS[letter] ?? letter).join('') : null
}
