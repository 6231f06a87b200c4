/** Rosters with everything that a cell may hold, as files: for what must come back from a failure file as it went in. */
import fc from 'fast-check'

/** Cells that spreadsheets run, that need quotes, or that end on what stands beside them. */
const nasty = fc.string({
  unit: fc.constantFrom('=', '+', '-', '@', "'", '"', '#', ' ', '\t', '\r\n', '\n', ',', ';', '|', 'a', 'ü', '＝', '5'),
  maxLength: 8,
})
const day = fc.constantFrom('', '2027-06-30', '2028-02-29', '2027-03-28T10:00:00+01:00', 'CLEAR')
const word = (...words: string[]) => fc.constantFrom(...words)

/** Columns beside the address. Products are those of `SETTINGS` of the CSV tests. */
const COLUMNS: Record<string, fc.Arbitrary<string>> = {
  'First name': fc.oneof(nasty, word('CLEAR')),
  'Last name [familyName] Required': nasty,
  name: nasty,
  username: nasty,
  groups: word('', 'Artists', 'artists; Riggers', '"Artists, Paris";', '=A|+B', 'CLEAR'),
  role: word('', 'admin', 'Eigentümer'),
  country: nasty,
  language: word('', 'de_DE', 'fr'),
  priority: word('', '1', '1000'),
  'start date': word('', '2026-12-01', '2026-12-01T09:30:00Z'),
  note: fc.oneof(nasty, word('CLEAR')),
  'Shoe size': fc.oneof(nasty, word('CLEAR')),
  Password: word('hunter2'),
  '=SUM(a)': nasty,
  '': word('lost'),
  _remark: word('ours'),
}
const STATUS: Record<string, fc.Arbitrary<string>> = {
  status: word('', 'aktiv', 'leave', 'leaver', 'CLEAR'),
  'Block sign in': word('', 'yes', 'no', 'leave'),
}
/** Columns in which lines of one person may differ. */
const PRODUCTS: Record<string, fc.Arbitrary<string>> = {
  products: word('', 'Maya', 'maya; Nuke X', 'Nuke X|', 'CLEAR'),
  expires: day,
  'Autodesk Maya': word('', 'x', 'no', '2027-06-30', '2027-06-30T12:00:00Z'),
  'NUKE X': word('', 'yes', '2029-01-31'),
}

export interface RosterFile {
  text: string
  delimiter: string
}

const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`

/**
 * A file of at most six people, some of them on several lines. `extra`: columns that are always there, with their cells;
 * `left`: columns that never are.
 */
export function rosterFile(
  extra: Record<string, fc.Arbitrary<string>> = {},
  left: string[] = [],
): fc.Arbitrary<RosterFile> {
  const shape = fc.record({
    plain: fc.subarray(Object.keys(COLUMNS).filter((name) => !left.includes(name))),
    status: fc.subarray(Object.keys(STATUS), { maxLength: 1 }),
    ends: fc.subarray(Object.keys(PRODUCTS)),
    id: fc.boolean(),
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
  })
  return shape.chain(({ plain, status, ends, id, delimiter }) => {
    const own = { ...extra, ...pick(COLUMNS, plain), ...pick(STATUS, status) }
    const line = fc.record(pick(PRODUCTS, ends))
    const person = fc.tuple(fc.record(own), fc.array(line, { minLength: 1, maxLength: 3 }))
    return fc.array(person, { minLength: 1, maxLength: 6 }).map((people) => {
      const keys = id ? ['employee id', 'email'] : ['email']
      const header = [...keys, ...Object.keys(own), ...ends]
      const lines = people.flatMap(([cells, variants], n) =>
        variants.map((variant) => {
          const all: Record<string, string> = { email: `p${n}@x.com`, 'employee id': `=0${n}`, ...cells, ...variant }
          return header.map((name) => all[name] ?? '')
        }),
      )
      const text = [header, ...lines].map((cells) => cells.map(quoted).join(delimiter)).join('\r\n')
      return { text: `${text}\r\n`, delimiter }
    })
  })
}

function pick<T>(from: Record<string, T>, names: string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)))
}
