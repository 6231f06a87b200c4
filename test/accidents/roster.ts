/** The organization that accidents happen to: a thousand people with groups, products, ends and names beyond ASCII, as one file. */

export const SIZE = 1000

export const HEADER = [
  'external_id',
  'email',
  'first_name',
  'last_name',
  'groups',
  'products',
  'status',
  'expires',
  'department',
]
export type Column =
  | 'external_id'
  | 'email'
  | 'first_name'
  | 'last_name'
  | 'groups'
  | 'products'
  | 'status'
  | 'expires'
  | 'department'
export type Row = string[]

export const column = (name: Column): number => HEADER.indexOf(name)

const FIRST = ['Ada', 'Björn', 'Chloé', 'Dušan', 'Émile', 'Frøya', 'Gül', 'Håkon', 'Inés', 'Jürgen']
const LAST = ['Ångström', 'Čapek', 'Fernández', 'Kowalska', 'Lovelace', 'Müller', 'Öztürk', 'Ross', 'Strauß', 'Zoë']
const DEPARTMENTS = ['Film', 'Games', 'Office', 'Research']

/** Person `n` of the organization: three of ten at a second domain, seven of ten with a product. */
export function person(n: number): Row {
  const domain = n % 10 < 7 ? 'acme.example' : 'studio.example'
  const groups = [n % 5 < 2 ? 'Artists' : '', n % 5 === 2 ? 'Engineers' : '', n % 2 ? 'Berlin' : 'Paris']
  return [
    String(n).padStart(6, '0'),
    `p${n}@${domain}`,
    FIRST[n % 10] ?? '',
    `${LAST[Math.floor(n / 10) % 10] ?? ''} ${n}`,
    groups.filter(Boolean).join(';'),
    n % 5 === 3 ? 'maya' : '',
    'active',
    n % 10 === 3 ? '2035-06-30' : '',
    DEPARTMENTS[n % 4] ?? '',
  ]
}

export const everybody = (count = SIZE): Row[] => Array.from({ length: count }, (_, n) => person(n + 1))

const cell = (text: string) => (/[",;\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
export const lines = (rows: Row[]): string[] => rows.map((row) => row.map(cell).join(','))

/** The rows as a file with the usual header. */
export const file = (rows: Row[], header: string[] = HEADER): string => `${lines([header, ...rows]).join('\n')}\n`

/** Every row with one cell changed; `change` may leave it as it is. */
export const each = (name: Column, change: (value: string, n: number, row: Row) => string, rows = everybody()): Row[] =>
  rows.map((row, n) => row.with(column(name), change(row[column(name)] ?? '', n, row)))

/** The rows, and their header, without a column. */
export function without(name: Column): string {
  const at = column(name)
  const cut = (row: Row) => row.filter((_, position) => position !== at)
  return file(everybody().map(cut), cut(HEADER))
}
