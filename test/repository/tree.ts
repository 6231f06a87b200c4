/** The files of this repository, as a clone has them. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const NEVER = /^(\.git|node_modules|dist|data|coverage|\.perf)$/

/**
 * Paths from the root, with `/`, sorted: tracked files and those that are new and not ignored. Where there is no git (an unpacked
 * archive), every file but the ignored folders.
 */
export function trackedFiles(): string[] {
  const listed = listByGit() ?? walk('')
  return listed.filter((path) => existsSync(join(ROOT, path)) && statSync(join(ROOT, path)).isFile()).sort()
}

function listByGit(): string[] | null {
  try {
    // A checkout may belong to somebody else, as in containers; reading its list of files is harmless.
    const arguments_ = ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard']
    const output = execFileSync('git', arguments_, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const paths = output.split('\0').filter((path) => path !== '')
    return paths.length > 0 ? [...new Set(paths)] : null
  } catch {
    return null
  }
}

function walk(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return NEVER.test(entry.name) ? [] : walk(path)
    return [path]
  })
}

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** Source files below src/, with their text. */
export function sources(): { path: string; text: string }[] {
  return trackedFiles()
    .filter((path) => /^src\/.*\.tsx?$/.test(path))
    .map((path) => ({ path, text: read(path) }))
}

/** What a file imports or exports from: the specifiers as they stand there, dynamic ones included. */
export function imports(text: string): string[] {
  const found = text.matchAll(
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*'([^']+)'|^\s*import\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm,
  )
  return [...found].flatMap((match) => match[1] ?? match[2] ?? match[3] ?? [])
}

/** Text without comments; strings stay, also those that look like the beginning of one (`'/api/*'`). */
export function withoutComments(text: string): string {
  const found = /('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")|\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm
  return text.replace(found, (all: string, string?: string) => string ?? all.replace(/[^\n]/g, ' '))
}
