/** A seeded roster: the same rows for the same numbers, as an HR system would write them. */
const GROUPS = ['Artists', 'Lighting', 'IT', 'Compositing', 'Layout', 'Editorial', 'Render', 'Contractors']

export interface RosterOptions {
  rows: number
  /** Share of people who differ from the first edition: a tenth of it leaves, a tenth joins, the rest changes groups. */
  drift?: number
}

/** The lines of the file, header first, each with its line break. */
export function* roster({ rows, drift = 0 }: RosterOptions): Generator<string> {
  yield 'external_id,email,first_name,last_name,groups,status\n'
  const every = drift > 0 ? Math.round(1 / drift) : 0
  for (let n = 1; n <= rows; n += 1) {
    const moved = every > 0 && n % every === 0
    const kind = moved ? (n / every) % 10 : -1
    if (kind === 0) continue
    const id = kind === 1 ? `J${n}` : String(n).padStart(7, '0')
    yield `${id},person.${id}@bench.example,First${n % 997},Last${n % 4999},${groups(n, moved)},active\n`
  }
}

function groups(n: number, moved: boolean): string {
  const first = GROUPS[(n + (moved ? 1 : 0)) % GROUPS.length]
  const second = GROUPS[(n * 7 + 3) % GROUPS.length]
  return first === second || n % 3 === 0 ? `${first}` : `${first};${second}`
}
