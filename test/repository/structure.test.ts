/** The shape of the house: who may import whom, where SQL and output may stand, what stays pure, how large a file may grow. */
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { imports, sources, trackedFiles, withoutComments } from './tree.ts'

/** From the top down: a room imports from the floors below its own, and from nobody beside it unless `BESIDE` says so. */
const FLOORS = [
  ['cli'],
  ['daemon'],
  ['app', 'herald', 'listener', 'reload'],
  ['scim', 'api', 'console'],
  ['context', 'download', 'event-stream', 'metrics', 'problem'],
  ['vitals'],
  ['sync', 'notify', 'auth'],
  ['store', 'config'],
  ['reconcile', 'filter'],
  [
    'counters',
    'errors',
    'events',
    'health',
    'pacer',
    'revocations',
    'telemetry',
    'terminal-watch',
    'typed',
    'unreadable',
    'version',
  ],
]

/** Every exception has its reason. A line that no import needs any more fails the test, so the list only shrinks. */
const BESIDE: Record<string, string> = {}

/** SQL outside the store, each with its reason; shrinks like the list above. */
const SQL_ELSEWHERE: Record<string, string> = {}

/** Files over 400 lines that are one noun all the same, with the most they may have. */
const LONG: Record<string, { lines: number; because: string }> = {
  'src/errors.ts': { lines: 440, because: 'the closed catalogue of errors, read as one page' },
  'src/reconcile/model.ts': { lines: 480, because: 'the nouns of the mind, read as one page' },
  'src/store/schema.ts': { lines: 750, because: 'every table in the order of the flow; drizzle-kit reads one schema' },
}

const files = sources()
const floorOf = (room: string) => FLOORS.findIndex((floor) => floor.includes(room))
/** `src/sync/csv/row.ts` → `sync`, `src/daemon.ts` → `daemon`. */
const roomOf = (path: string) => (path.split('/')[1] ?? '').replace(/\.tsx?$/, '')

describe('imports run one way', () => {
  it('knows the floor of every room', () => {
    expect(files.map(({ path }) => roomOf(path)).filter((room) => floorOf(room) < 0)).toEqual([])
  })

  it('from the command line down to the errors, never up and never sideways', () => {
    const wrong: string[] = []
    const needed = new Set<string>()
    for (const { path, text } of files) {
      const from = roomOf(path)
      for (const specifier of imports(text)) {
        if (!specifier.startsWith('.')) continue
        const target = posix.join(posix.dirname(path), specifier)
        const to = roomOf(target)
        if (from === to || floorOf(from) < floorOf(to)) continue
        if (BESIDE[`${from} → ${to}`] === undefined) wrong.push(`${path} imports ${target}: ${from} → ${to}`)
        else needed.add(`${from} → ${to}`)
      }
    }
    expect(wrong).toEqual([])
    expect(Object.keys(BESIDE).filter((exception) => !needed.has(exception))).toEqual([])
  })

  it('and the doors never import each other', () => {
    const doors = ['scim', 'api', 'console', 'cli']
    const met = files.flatMap(({ path, text }) =>
      imports(text)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => [roomOf(path), roomOf(posix.join(posix.dirname(path), specifier))] as const)
        .filter(([from, to]) => from !== to && doors.includes(from) && doors.includes(to)),
    )
    expect(met).toEqual([])
  })

  it('and every import was understood', () => {
    for (const { path, text } of files) {
      const written = withoutComments(text).match(/\bfrom '\.{1,2}\//g)?.length ?? 0
      expect(imports(text).filter((specifier) => specifier.startsWith('.')).length, path).toBeGreaterThanOrEqual(
        written,
      )
    }
  })
})

describe('SQL lives in the store', () => {
  it('with the driver and the schema', () => {
    const found = files
      .filter(({ path }) => roomOf(path) !== 'store')
      .flatMap(({ path, text }) => {
        const code = withoutComments(text)
        const driver = imports(text).some((specifier) => /^(postgres|drizzle-orm)(\/|$)/.test(specifier))
        const statement = /\b(sql|transaction|handle|tx)(<[^`\n]*>)?`|\.unsafe\(|\bfrom_change\b/.test(code)
        return driver || statement ? [path] : []
      })
    expect(found.filter((path) => SQL_ELSEWHERE[path] === undefined)).toEqual([])
    expect(Object.keys(SQL_ELSEWHERE).filter((path) => !found.includes(path))).toEqual([])
  })
})

describe('the mind is pure', () => {
  const MAY_IMPORT = ['node:crypto', 'node:url', 'zod', 're2js']
  const ACTS =
    /\bDate\.now\(|\bnew Date\(\s*\)|\bMath\.random\(|\brandomUUID\b|\brandomBytes\b|\bperformance\.|\bprocess\.|\bfetch\(|\bset(Timeout|Interval|Immediate)\(|\bconsole\./

  it.each(files.filter(({ path }) => roomOf(path) === 'reconcile'))('$path', ({ text }) => {
    const foreign = imports(text).filter((specifier) => !specifier.startsWith('.') && !MAY_IMPORT.includes(specifier))
    expect(foreign).toEqual([])
    expect(ACTS.exec(withoutComments(text))?.[0]).toBeUndefined()
  })
})

describe('files', () => {
  it('hold one noun: at most 400 lines', () => {
    const long = files.flatMap(({ path, text }) => {
      const lines = text.split('\n').length - 1
      return lines > (LONG[path]?.lines ?? 400) ? [`${path}: ${lines}`] : []
    })
    expect(long).toEqual([])
  })

  it('are called after what they hold', () => {
    const forbidden = /^(utils?|helpers?|types?|services?|common|misc|shared|lib)$/
    const named = trackedFiles().filter(
      (path) =>
        /^(src|test|scripts|bench)\//.test(path) &&
        path.split('/').some((part) => forbidden.test(part.replace(/(\.test)?\.\w+$/, ''))),
    )
    expect(named).toEqual([])
  })

  it('print nothing outside the command line', () => {
    const printing = files.filter(
      ({ path, text }) =>
        roomOf(path) !== 'cli' &&
        /(?<![.?])\bconsole\.(?!js\b|oidc\b)|process\.(stdout|stderr)\b(?!\.isTTY)/.test(withoutComments(text)),
    )
    expect(printing.map(({ path }) => path)).toEqual([])
  })
})
