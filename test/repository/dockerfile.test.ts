/** The image itself is built where Docker is; here the commands of its build stage run as a plain user, on what a clone holds. */
import { execFile } from 'node:child_process'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, matchesGlob } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { ROOT, read, trackedFiles } from './tree.ts'

const lines = read('Dockerfile').replace(/\\\n/g, ' ').split('\n')
const stages = lines.reduce<string[][]>((found, line) => {
  if (line.startsWith('FROM ')) found.push([])
  found.at(-1)?.push(line)
  return found
}, [])
const [build = [], final = []] = stages
const commands = build.filter((line) => line.startsWith('RUN ')).map((line) => line.slice(4).trim())

/** Root is not a plain user; 65534 is `nobody` everywhere, and owns nothing. */
const plain = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
const place = mkdtempSync(join(tmpdir(), 'rosterd-image-'))
chmodSync(place, 0o755)
afterAll(() => rmSync(place, { recursive: true, force: true }))

/** The PATH without what `npm test` put before it: the image has no other node_modules to help. */
const path = (process.env['PATH'] ?? '')
  .split(':')
  .filter((folder) => !folder.includes('node_modules'))
  .join(':')

async function run(command: string, cwd: string): Promise<{ code: number; output: string }> {
  const home = join(place, 'home')
  const env = { PATH: path, HOME: home, npm_config_cache: join(home, '.npm'), npm_config_update_notifier: 'false' }
  const options = { cwd, env, ...plain, maxBuffer: 64 * 1024 * 1024 }
  return promisify(execFile)('/bin/sh', ['-c', command], options).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    (error: { code?: number; stdout?: string; stderr?: string; message: string }) => ({
      code: typeof error.code === 'number' ? error.code : 1,
      output: `${error.stdout ?? ''}${error.stderr ?? ''}${error.message}`,
    }),
  )
}

function owned(file: string): void {
  if (plain.uid !== undefined) chownSync(file, plain.uid, plain.gid)
}

describe('the Dockerfile', () => {
  it('runs as somebody other than root, and says whether it is well', () => {
    expect(stages).toHaveLength(2)
    expect(final.some((line) => /^USER (?!root|0)/.test(line))).toBe(true)
    expect(final.some((line) => line.startsWith('HEALTHCHECK') && line.includes('/healthz'))).toBe(true)
  })

  it('has Node of the version that .nvmrc names', () => {
    const wanted = `node:${read('.nvmrc').trim()}-slim`
    expect(stages.map(([from = '']) => from.split(' ')[1])).toEqual([wanted, wanted])
  })

  it('builds as a plain user from a clone, and what it builds runs', { timeout: 300_000 }, async (context) => {
    expect(commands.length).toBeGreaterThan(0)
    const clone = join(place, 'build')
    for (const folder of ['home', 'build']) {
      mkdirSync(join(place, folder))
      owned(join(place, folder))
    }
    const ignored = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    for (const file of trackedFiles()) {
      if (ignored.some((pattern) => matchesGlob(file, pattern) || file.startsWith(`${pattern}/`))) continue
      const target = join(clone, file)
      mkdirSync(dirname(target), { recursive: true })
      cpSync(join(ROOT, file), target)
    }
    for (const file of readdirSync(clone, { recursive: true, encoding: 'utf8' })) owned(join(clone, file))

    const reachable = await run('npm ping', clone)
    if (reachable.code !== 0) {
      expect(reachable.output).toMatch(/ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|not found/)
      context.skip('there is no package registry, or no npm, within reach')
    }
    for (const command of commands) {
      const { code, output } = await run(command, clone)
      expect(code, `${command}\n${output.slice(-4_000)}`).toBe(0)
    }
    // As in the second stage: what is copied there, and nothing else.
    expect(existsSync(join(clone, 'node_modules/typescript')), 'development dependencies are gone').toBe(false)
    rmSync(join(clone, 'src'), { recursive: true })
    const version = await run(`'${process.execPath}' dist/cli/index.js --version`, clone)
    // A Node in a folder closed to others cannot be asked.
    if (!/permission denied|not found/i.test(version.output)) expect(version.output).toMatch(/^\d+\.\d+\.\d+/)
  })
})
