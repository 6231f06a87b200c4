/** Files to fill in: help lines that the reader skips, then the header. No row to delete. */
export const TEMPLATES = {
  invite: {
    purpose: 'Invite people. One person per line.',
    columns: ['email', 'first_name', 'last_name', 'role', 'products', 'expires', 'language', 'note'],
    help: [
      'email: required.',
      'role: member, admin or owner; empty = member.',
      'PRODUCTS',
      'EXPIRES',
      'language: en, de, fr …',
      'note: for yourselves; it is kept and not mailed.',
    ],
  },
  remove: {
    purpose: 'Remove people from the organization. One person per line.',
    columns: ['email', 'external_id', 'also_revoke', 'note'],
    help: [
      'email or external_id: one of them is required.',
      'also_revoke: yes takes their products first; no leaves people who hold products where they are.',
    ],
  },
  assign: {
    purpose: 'Assign products. One person per line.',
    columns: ['email', 'products', 'expires'],
    help: ['email: required.', 'PRODUCTS', 'EXPIRES'],
  },
  revoke: {
    purpose: 'Take products away. One person per line.',
    columns: ['email', 'products'],
    help: ['email: required.', 'PRODUCTS', 'products: required, unless --product or --all-products says which.'],
  },
  roster: {
    purpose: 'The whole roster: everybody who belongs to the organization. Whoever is missing has left.',
    columns: [
      'external_id',
      'email',
      'first_name',
      'last_name',
      'groups',
      'products',
      'status',
      'expires',
      'seat_priority',
    ],
    help: [
      'external_id: the employee number or another id that never changes; required.',
      'email: required.',
      'groups: names, separated by semicolons; rules give products by them.',
      'PRODUCTS',
      'status: active, leave or leaver; empty = active.',
      'EXPIRES',
      'seat_priority: 1 is served first, empty = 500.',
    ],
  },
} as const

export type TemplateName = keyof typeof TEMPLATES

/** A template as the text of a file: UTF-8 with a byte order mark, so that spreadsheets read it right; CRLF. */
export function template(name: TemplateName, productNames: string[]): string {
  const { purpose, columns, help } = TEMPLATES[name]
  const known = productNames.map((product) => product.replace(/[\r\n]+/g, ' ')).join('; ')
  const lines = [purpose, ...help].map((line) => {
    if (line === 'PRODUCTS') return `products: names, separated by semicolons${known === '' ? '.' : `, of: ${known}`}`
    return line === 'EXPIRES' ? 'expires: the last day, such as 2027-06-30; empty = no end.' : line
  })
  return `\uFEFF${[...lines.map((line) => `# ${line}`), columns.join(',')].join('\r\n')}\r\n`
}
