/** The proxies of docs/deploy before a running daemon, where they are installed: TLS ends there, links lead there, /metrics does not. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Daemon, Installation, until } from '../support/daemon.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { installed } from '../support/installed.ts'

const NAME = 'rosterd.acme.example'
const CONFIG = `organizations:
  acme:
    name: Acme
    domains: [acme.example]
    administrators: [{ email: kim@acme.example, role: admin }]
    sources: { hr: { kind: csv, approval: manual, settle: 50ms } }
    rules: { everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] } }
`
const DEPLOY = new URL('../../docs/deploy/', import.meta.url)

let database: FreshDatabase
let place: Installation
let daemon: Daemon
let folder: string
let proxy: ChildProcess | undefined
beforeAll(async () => {
  database = await freshDatabase()
  place = await Installation.make(CONFIG)
  daemon = await place.start({ DATABASE_URL: database.url, ROSTERD_BASE_URL: `https://${NAME}` })
  folder = await mkdtemp(join(tmpdir(), 'rosterd-proxy-'))
  await chmod(folder, 0o755)
})
afterEach(async () => {
  if (proxy === undefined || proxy.exitCode !== null) return
  proxy.kill('SIGTERM')
  await once(proxy, 'exit')
})
afterAll(async () => {
  await place?.remove()
  await database?.drop()
  await rm(folder, { recursive: true, force: true })
})

describe('letters', () => {
  test('lead to ROSTERD_BASE_URL, whatever the daemon listens on', async () => {
    await place.drop('people.csv', 'external_id,email\n1,ada@acme.example\n')
    const letters = join(place.data, 'mail')
    const name = await until(async () => (await readdir(letters).catch(() => [])).find((one) => one.endsWith('.eml')))
    // Quoted-printable breaks lines with = at their end.
    const text = (await readFile(join(letters, name), 'utf8')).replaceAll('=\r\n', '')
    expect(text).toContain(`https://${NAME}/plans/pln_1`)
    expect(text).not.toContain('127.0.0.1')
  })
})

test('nginx', async (context) => {
  const [nginx, openssl] = [installed('nginx'), installed('openssl')]
  if (nginx === null || openssl === null) return context.skip('not installed: apt-get install nginx-light openssl')
  const [port, plain] = [await freePort(), await freePort()]
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const subject = ['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`]
  execFileSync(
    openssl,
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, ...subject],
    { stdio: 'ignore' },
  )
  const server = (await readFile(new URL('nginx.conf', DEPLOY), 'utf8'))
    .replaceAll(/^\s*listen \[::\].*\n/gm, '')
    .replace('listen 443', `listen 127.0.0.1:${port}`)
    .replace('listen 80', `listen 127.0.0.1:${plain}`)
    .replace(/ssl_certificate .*/, `ssl_certificate ${certificate};`)
    .replace(/ssl_certificate_key .*/, `ssl_certificate_key ${key};`)
    .replace('http://127.0.0.1:8080', daemon.url)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (one) => `${one}_temp_path ${folder}/${one};`,
  )
  const conf = join(folder, 'nginx.conf')
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  const main = `${user} daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log; events {}`
  await writeFile(conf, `${main}\nhttp { access_log off; ${temporary.join(' ')}\n${server}}\n`)
  const checked = spawnSync(nginx, ['-t', '-p', folder, '-c', conf], { encoding: 'utf8' })
  expect(checked.stderr).toContain('test is successful')
  proxy = spawn(nginx, ['-p', folder, '-c', conf], { stdio: 'ignore' })
  const ca = await readFile(certificate)
  await through((path, headers) => ask(port, path, headers, ca))
  const insecure = await ask(plain, '/healthz')
  expect([insecure.status, insecure.location]).toEqual([301, `https://${NAME}/healthz`])
})

test('Caddy', async (context) => {
  const caddy = installed('caddy')
  if (caddy === null) return context.skip('not installed: apt-get install caddy')
  const port = await freePort()
  const site = await readFile(new URL('Caddyfile', DEPLOY), 'utf8')
  const validate = (file: string) =>
    spawnSync(caddy, ['validate', '--adapter', 'caddyfile', '--config', file], { encoding: 'utf8', env })
  // It keeps its own things below these.
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  await mkdir(join(folder, 'caddy'), { recursive: true })
  const asWritten = join(folder, 'Caddyfile')
  await writeFile(asWritten, site)
  expect(validate(asWritten).stdout).toContain('Valid configuration')
  // A certificate for a real name cannot be had here; everything else stays.
  const local = `{\n\tadmin off\n}\n${site.replace(`\n${NAME} {`, `\nhttp://127.0.0.1:${port}, http://${NAME}:${port} {`)}`
  const conf = join(folder, 'Caddyfile.local')
  await writeFile(conf, local.replace('127.0.0.1:8080', new URL(daemon.url).host))
  proxy = spawn(caddy, ['run', '--adapter', 'caddyfile', '--config', conf], { stdio: 'ignore', env })
  await through((path, headers) => ask(port, path, headers))
})

type Ask = (path: string, headers?: Record<string, string>) => ReturnType<typeof ask>

/** What has to work through every proxy. */
async function through(asked: Ask): Promise<void> {
  await until(async () => (await asked('/healthz').catch(() => null))?.status === 200)
  expect((await asked('/readyz')).body).toContain('ready')
  const page = await asked('/plans/pln_1?organization=acme')
  // Whoever is not signed in signs in first, and goes on to the plan; the way there stays on this name.
  const door = `/sign-in?to=${encodeURIComponent('/plans/pln_1?organization=acme')}`
  expect([page.status, page.location]).toEqual([303, door])
  const signIn = await asked(door)
  expect([signIn.status, signIn.body]).toEqual([200, expect.stringContaining('Sign in')])
  expect((await asked('/api/v1/organizations')).status).toBe(401)
  const authorization = `Bearer ${daemon.token}`
  expect((await asked('/api/v1/organizations', { authorization })).body).toContain('"key":"acme"')
  // Open to the same token on the machine itself.
  expect((await fetch(`${daemon.url}/metrics`, { headers: { authorization } })).status).toBe(200)
  expect((await asked('/metrics', { authorization })).status).toBe(404)
}

async function ask(port: number, path: string, headers: Record<string, string> = {}, ca?: Buffer) {
  const to = { host: '127.0.0.1', port, path, headers: { host: NAME, ...headers } }
  const request = ca === undefined ? plainRequest(to) : tlsRequest({ ...to, ca, servername: NAME })
  return await new Promise<{ status: number; location: string | undefined; body: string }>((resolve, reject) => {
    request.once('error', reject)
    request.once('response', (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        body += text
      })
      response.once('error', reject)
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, location: response.headers.location, body }),
      )
    })
    request.end()
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
