/** `drizzle-kit check` looks at the history alone; only generating again shows that the schema has moved on. */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { ROOT } from './tree.ts'

const MIGRATIONS = join(ROOT, 'src/store/migrations')
const place = mkdtempSync(join(tmpdir(), 'rosterd-migrations-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

describe('migrations', () => {
  it('say what the schema says: generating again adds nothing', { timeout: 60_000 }, async () => {
    const copy = join(place, 'migrations')
    cpSync(MIGRATIONS, copy, { recursive: true })
    const program = join(ROOT, 'node_modules/drizzle-kit/bin.cjs')
    // drizzle-kit wants the folder relative to where it runs.
    const options = [
      'generate',
      '--dialect',
      'postgresql',
      '--schema',
      './src/store/schema*.ts',
      '--out',
      relative(ROOT, copy),
    ]
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...options], { cwd: ROOT })
    expect(contents(copy), `npm run migration, then commit what it adds\n${stdout}`).toEqual(contents(MIGRATIONS))
    expect(stdout).toContain('No schema changes')
  })
})

function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  return Object.fromEntries(
    files
      .filter((file) => statSync(join(folder, file)).isFile())
      .map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  )
}
