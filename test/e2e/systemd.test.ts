/** The systemd unit of docs/deploy: what systemd says of it, and what it starts and stops, as a plain user. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { access, chown, constants, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { processesBelow, until } from '../support/daemon.ts'
import { installed } from '../support/installed.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const CONFIG = 'organizations:\n  acme: { name: Acme }\n'
/** Root is not a plain user; 65534 is `nobody` everywhere, and owns nothing. */
const plain = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

let unit: string
let place: string
beforeAll(async () => {
  unit = await readFile(join(ROOT, 'docs/deploy/rosterd.service'), 'utf8')
  place = await mkdtemp(join(await realpath(tmpdir()), 'rosterd-unit-'))
  if (plain.uid !== undefined) await chown(place, plain.uid, plain.gid)
})
afterAll(() => rm(place, { recursive: true, force: true }))

const settings = (name: string): string[] =>
  unit.split('\n').flatMap((line) => (line.startsWith(`${name}=`) ? [line.slice(name.length + 1)] : []))

test('systemd understands every line', async (context) => {
  const analyze = installed('systemd-analyze')
  if (analyze === null) return context.skip('not installed: apt-get install systemd')
  const file = join(place, 'rosterd.service')
  // It looks whether the program is there.
  await writeFile(file, unit.replaceAll('/opt/rosterd/', ROOT))
  const verified = spawnSync(analyze, ['verify', '--man=no', file], { encoding: 'utf8' })
  expect(verified.stderr.split('\n').filter((line) => line.includes('rosterd'))).toEqual([])
})

test('it starts as a plain user, and stops whole on the signal that systemd sends', async (context) => {
  const command = settings('ExecStart')[0]?.split(' ') ?? []
  // The compiled program is made by npm run build, the same sources run here.
  const [program = '', ...args] = command.map((part) =>
    part.replace('/opt/rosterd/dist/cli/index.js', '/opt/rosterd/src/cli/index.ts').replace('/opt/rosterd/', ROOT),
  )
  const readable = spawnSync(program, ['--version'], { ...plain, cwd: '/' }).status === 0
  if (!readable) context.skip('a plain user cannot reach this checkout')
  await access(join(ROOT, 'src/cli/index.ts'), constants.R_OK)
  await writeFile(join(place, 'rosterd.yaml'), CONFIG)
  const data = join(place, 'data')
  const given = Object.fromEntries(settings('Environment').map((line) => line.split(/=(.*)/).slice(0, 2)))
  expect(Object.keys(given)).toEqual(expect.arrayContaining(['ROSTERD_CONFIG', 'ROSTERD_DATA']))
  const env = {
    ...given,
    ROSTERD_CONFIG: join(place, 'rosterd.yaml'),
    ROSTERD_DATA: data,
    NODE_OPTIONS: `--import=${join(ROOT, 'test/support/tsx.ts')}`,
    PORT: '0',
    // What systemd gives to a service.
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  }
  const child = spawn(program, args, { ...plain, cwd: place, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let told = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (told += text.toString()))
  const where = z.object({ url: z.string() })
  try {
    const url = await until(async () => {
      if (child.exitCode !== null) throw new Error(told)
      const left = await readFile(join(data, 'daemon.json'), 'utf8').catch(() => null)
      return left !== null && where.parse(JSON.parse(left)).url
    })
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    expect(await processesBelow(data)).not.toEqual([])
  } finally {
    // KillMode=mixed: to the first process alone.
    expect(settings('KillMode')).toEqual(['mixed'])
    if (child.exitCode === null) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
  }
  expect([child.exitCode, told]).toEqual([0, expect.stringContaining('rosterd has stopped.')])
  expect(await processesBelow(data)).toEqual([])
})
