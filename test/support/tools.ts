/** Programs of other people that tests drive: found, else installed where this may be done, else a reason to skip. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

export interface Tool {
  /** Null where it is missing and cannot be installed. */
  path: string | null
  /** What to do about that. */
  reason: string
}

/** @param paths where the package puts it */
export function toolOf(name: string, packages: string, paths: string[]): Tool {
  const found = () => paths.find((path) => existsSync(path)) ?? null
  const isRoot = process.getuid?.() === 0
  if (found() === null && isRoot && existsSync('/usr/bin/apt-get')) {
    const options = { timeout: 120_000, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
    spawnSync('/usr/bin/apt-get', ['install', '--yes', '--no-install-recommends', ...packages.split(' ')], options)
  }
  return { path: found(), reason: `${name} is not installed: apt-get install ${packages}` }
}
