/** A plan followed while it runs: by its events over the API, and by commands; also where the stream, or the daemon, is cut in the middle. */
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { BulkScene, lineIn, planIn, planShape, progressShape } from '../support/bulk-scene.ts'
import { until } from '../support/daemon.ts'
import { WIDE_LIMITS } from '../support/wide-limits.ts'

const PEOPLE = 12_000
const CONFIG = `organizations:
  acme:
    name: Acme
    domains: [acme.example]
    administrators: [{ email: kim@acme.example, role: admin }]
    ${WIDE_LIMITS}
    products:
      vray: { name: V-Ray, seats: 100000 }
      houdini: { name: Houdini, seats: 100000 }
    sources: { hr: { kind: csv, approval: manual } }
    rules: { everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] } }
`
const CSV = `email\n${Array.from({ length: PEOPLE }, (_, n) => `p${n}@acme.example\n`).join('')}`

let scene: BulkScene
beforeAll(async () => {
  scene = await BulkScene.open(CONFIG)
})
afterAll(() => scene?.close())

const heard = z.object({ event: z.enum(['progress', 'ended']), data: progressShape })
type Heard = z.output<typeof heard>

/** Events of a plan as they come; whoever leaves the loop cuts the stream. */
async function* eventsOf(plan: string): AsyncGenerator<Heard> {
  const leaves = new AbortController()
  try {
    const response = await fetch(`${scene.daemon.url}/api/v1/organizations/acme/plans/${plan}/events`, {
      headers: { authorization: `Bearer ${scene.daemon.token}`, accept: 'text/event-stream' },
      signal: leaves.signal,
    })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    const decoder = new TextDecoder()
    let rest = ''
    for await (const bytes of response.body ?? []) {
      const blocks = (rest + decoder.decode(bytes, { stream: true })).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? []
        if (event !== undefined && data !== undefined) yield heard.parse({ event, data: JSON.parse(data) })
      }
    }
    expect(rest).toBe('')
  } finally {
    leaves.abort()
  }
}

const sum = (numbers: Record<string, number>) => Object.values(numbers).reduce((all, one) => all + one, 0)

test('over the API: progress whose numbers always add up, cut in the middle, taken up again, and its end', async () => {
  const shape = z.looseObject({ id: z.string(), counts: z.looseObject({ rows: z.number(), people: z.number() }) })
  const upload = await scene.read(shape, 'POST', '/uploads?verb=invite&name=all.csv', { csv: CSV })
  expect(upload.counts).toMatchObject({ rows: PEOPLE, people: PEOPLE })
  const draft = await scene.operation({ verb: 'invite', upload: upload.id, products: ['vray'], quiet: true })
  expect(draft.headline).toBe('Invite 12,000 · Assign 12,000; nobody will be mailed')
  await scene.read(planShape, 'POST', `/plans/${draft.id}/approve`, { body: { hash: draft.hash } })

  const told: Heard[] = []
  for await (const one of eventsOf(draft.id)) {
    told.push(one)
    if (sum(one.data.states) > (one.data.states['pending'] ?? 0)) break
  }
  expect(told.at(-1)).toMatchObject({ event: 'progress', data: { state: 'applying' } })
  for await (const one of eventsOf(draft.id)) told.push(one)
  for (const { data } of told) expect([data.itemCount, sum(data.states)]).toEqual([2 * PEOPLE, 2 * PEOPLE])
  const pending = told.map(({ data }) => data.states['pending'] ?? 0)
  expect(pending).toEqual(pending.toSorted((a, b) => b - a))
  expect(told.filter(({ event }) => event === 'ended')).toHaveLength(1)
  expect(told.at(-1)).toMatchObject({
    event: 'ended',
    data: { state: 'applied', states: { succeeded: 2 * PEOPLE }, people: { succeeded: PEOPLE, failed: 0, toDo: 0 } },
  })
  expect(scene.letters()).toEqual([])
})

/** A way to the daemon that breaks off the first streams of events after their first part, as a proxy does that has been restarted. */
async function cuttingProxy(port: number, most: number): Promise<{ server: Server; port: number; cuts: () => number }> {
  let cuts = 0
  const server = createServer((client) => {
    const upstream = createConnection(port, '127.0.0.1')
    let listening = false
    client.on('data', (bytes) => {
      listening ||= /^GET \S+\/events HTTP/m.test(bytes.toString('latin1'))
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      client.write(bytes)
      if (!listening || cuts === most) return
      cuts += 1
      client.resetAndDestroy()
    })
    endTogether(client, upstream)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0, cuts: () => cuts }
}

function endTogether(...sockets: Socket[]): void {
  for (const socket of sockets) {
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.forEach((one) => void one.destroy()))
  }
}

test('on the command line: a stream that breaks off twice is taken up again, and the end is told once', async () => {
  const { server, port, cuts } = await cuttingProxy(Number(new URL(scene.daemon.url).port), 2)
  try {
    const url = ['--url', `http://127.0.0.1:${port}`]
    const all = ['--where', 'products.value eq "vray"', '--product', 'houdini', '--quiet', '--yes']
    const ran = await scene.rosterd('assign', ...all, ...url)
    expect([ran.code, ran.err, cuts()]).toEqual([0, '', 2])
    expect(ran.out.match(/was applied: 12,000 done of 12,000 items\.\n/g)).toHaveLength(1)
  } finally {
    server.close()
  }
  expect(await scene.seats('houdini')).toMatchObject({ used: PEOPLE })
})

test('a daemon that stops in the middle is told, loses nothing, and goes on; the command that was named shows the end', async () => {
  const ran = scene.rosterd(
    'revoke',
    '--where',
    'products.value eq "houdini"',
    '--product',
    'houdini',
    '--quiet',
    '--yes',
  )
  await until(async () => (await scene.seats('houdini')).used < PEOPLE)
  await scene.startAnew()
  const left = await ran
  expect([left.code, left.err]).toEqual([
    1,
    expect.stringMatching(/^rosterd stopped while plan pln_\d+ was being applied\.\n/),
  ])
  const line = lineIn(left, 'to see how it ends:')
  expect(line).toEqual(['apply', planIn(left)])
  const ended = await scene.rosterd(...line)
  expect([ended.code, ended.err]).toEqual([0, ''])
  expect(ended.out).toContain('was applied: 12,000 done of 12,000 items.\n')
  expect(await scene.seats('houdini')).toMatchObject({ used: 0 })
})
