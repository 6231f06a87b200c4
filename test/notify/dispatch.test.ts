import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createDispatcher, type DispatchParts } from '../../src/notify/dispatch.ts'
import type { OutgoingLetter } from '../../src/notify/letter-box.ts'
import { createMailer, type Mailer, type Post } from '../../src/notify/mail.ts'
import { nextTry, Pace } from '../../src/notify/pace.ts'
import { MailError, type MailFailure } from '../../src/notify/transport.ts'
import { MemoryLetterBox } from '../support/letter-box.ts'
import { mailServer } from '../support/mail-server.ts'

const log = pino({ level: 'silent' })
const eventually = (look: () => void) => vi.waitFor(look, { timeout: 30_000, interval: 10 })
const organization = { id: 1, key: 'acme', name: 'Acme', zone: 'Europe/Berlin' }

const member = (id: number, attempt = 1): OutgoingLetter => ({
  id,
  organization,
  to: `p${id}@acme.example`,
  attempt,
  audience: 'member',
  event: { planId: 12, name: null, hasAccount: false, lines: [{ kind: 'invite' }] },
})

const administrator = (id: number): OutgoingLetter => ({
  id,
  organization,
  to: 'admin@acme.example',
  attempt: 1,
  audience: 'administrator',
  event: {
    kind: 'plan_completed',
    planId: 12,
    counts: { invite: 1 },
    sources: [],
    verb: null,
    people: { toDo: 0, failed: 0, waiting: 0, stale: 0, cancelled: 0, leftOut: 0, succeeded: 1, noChange: 0 },
    headline: 'Done.',
    outcomes: { succeeded: 1, failed: 0, waiting: 0, skipped: 0 },
    unreadRows: 0,
    failures: [],
    command: null,
  },
})

/** A mailer that does as told and remembers. */
function mailerThat(answer: (post: Post, signal?: AbortSignal) => Promise<string>): Mailer & { posts: Post[] } {
  const posts: Post[] = []
  return {
    posts,
    destination: 'a test',
    send(post, signal) {
      posts.push(post)
      return answer(post, signal)
    },
  }
}
const accepting = () => mailerThat(async (post) => `<${post.name}>`)
const failing = (failure: MailFailure) =>
  mailerThat(() => Promise.reject(new MailError(failure, 'as the test wants it')))

function start(box: MemoryLetterBox, mailer: Mailer, more: Partial<DispatchParts> = {}) {
  const stop = new AbortController()
  const dispatcher = createDispatcher({ box, mailer, log, baseUrl: 'http://x', perMinute: 200, poll: 20, ...more })
  const done = dispatcher.run(stop.signal)
  const end = async () => {
    stop.abort()
    await done
  }
  onTestFinished(end)
  return { dispatcher, end }
}

describe('what becomes of a letter', () => {
  test.each<[string, OutgoingLetter, Mailer, string | RegExp]>([
    ['accepted: sent with its message id', member(1), accepting(), 'sent <acme-1>'],
    ['permanent: failed', member(1), failing('permanent'), 'failed: as the test wants it'],
    ['temporary: due again', member(1), failing('temporary'), 'due'],
    ['temporary after the last try: failed', member(1, 8), failing('temporary'), 'failed: as the test wants it'],
    ['unknown to a member: never again', member(1), failing('unknown'), 'unknown'],
    ['unknown to an administrator: due again', administrator(1), failing('unknown'), 'due'],
  ])('%s', async (_name, letter, mailer, state) => {
    const box = new MemoryLetterBox()
    box.put(letter)
    const { end } = start(box, mailer)
    await eventually(() => expect(box.states()[1]).not.toMatch(/sending/))
    await sleep(60)
    await end()
    expect(box.states()[1]).toBe(state)
    if (state === 'due') expect(box.kept.get(1)).toMatchObject({ letter: { attempt: 2 } })
  })

  test('a letter that cannot be written fails alone', async () => {
    const box = new MemoryLetterBox()
    box.put({ ...administrator(1), organization: { ...organization, zone: 'Not/AZone' } })
    const waits = member(2)
    box.put({
      ...waits,
      organization: { ...organization, zone: 'Not/AZone' },
      audience: 'member',
      event: {
        planId: 1,
        name: null,
        hasAccount: false,
        lines: [{ kind: 'assign', product: 'V-Ray', expiresAt: '2027-06-30T22:00:00.000Z' }],
      },
    })
    box.put(member(3))
    start(box, accepting())
    await eventually(() =>
      expect(box.states()).toMatchObject({ 2: expect.stringMatching(/^failed/), 3: 'sent <acme-3>' }),
    )
  })
})

test('after a crash members are not written to again, administrators are', async () => {
  const box = new MemoryLetterBox()
  box.put(member(1), 'left behind')
  box.put(administrator(2), 'left behind')
  const mailer = accepting()
  start(box, mailer)
  await eventually(() => expect(box.states()).toEqual({ 1: 'unknown', 2: 'sent <acme-2>' }))
  expect(mailer.posts).toHaveLength(1)
})

test('never more than so many per minute', async () => {
  const box = new MemoryLetterBox()
  for (let id = 1; id <= 30; id++) box.put(member(id))
  let now = new Date('2026-11-22T10:00:00Z')
  const mailer = accepting()
  const { dispatcher } = start(box, mailer, { perMinute: 10, now: () => now })
  await eventually(() => expect(mailer.posts).toHaveLength(10))
  dispatcher.wake()
  await sleep(50)
  expect(mailer.posts).toHaveLength(10)
  now = new Date('2026-11-22T10:01:01Z')
  dispatcher.wake()
  await eventually(() => expect(mailer.posts).toHaveLength(20))
})

test('a call wakes it', async () => {
  const box = new MemoryLetterBox()
  const mailer = accepting()
  const { dispatcher } = start(box, mailer, { poll: 60_000 })
  await sleep(20)
  box.put(member(1))
  dispatcher.wake()
  await eventually(() => expect(mailer.posts).toHaveLength(1))
})

test('a letterbox that is away does not end it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const box = new MemoryLetterBox()
  box.put(member(1))
  box.broken = true
  const { dispatcher } = start(box, accepting())
  await new Promise((resolve) => setImmediate(resolve))
  box.broken = false
  dispatcher.wake()
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(box.states()).toEqual({ 1: 'sent <acme-1>' })
})

test('on stop a letter under way may finish, and no other begins', async () => {
  const box = new MemoryLetterBox()
  for (let id = 1; id <= 9; id++) box.put(member(id))
  const gate = Promise.withResolvers<void>()
  const mailer = mailerThat((post) => gate.promise.then(() => `<${post.name}>`))
  const { end } = start(box, mailer)
  await eventually(() => expect(mailer.posts).toHaveLength(4))
  setTimeout(() => gate.resolve(), 50)
  await end()
  expect(mailer.posts).toHaveLength(4)
  expect(Object.values(box.states()).filter((state) => state.startsWith('sent'))).toHaveLength(4)
})

test('on stop a silent mail server is not waited for, and its letter is unknown', async () => {
  const server = await mailServer({ hangAt: 'text' })
  onTestFinished(() => server.close())
  const box = new MemoryLetterBox()
  box.put(member(1))
  const mailer = createMailer({
    smtpUrl: `smtp://127.0.0.1:${server.port}`,
    from: 'rosterd@localhost',
    folder: '/nowhere',
  })
  const { end } = start(box, mailer, { drain: 100 })
  await server.silent
  const before = performance.now()
  await end()
  expect(performance.now() - before).toBeLessThan(15_000)
  expect(box.states()).toEqual({ 1: 'unknown' })
})

test('tries are spread over about a day and then end', () => {
  const first = new Date('2026-11-22T10:00:00Z')
  let at: Date | null = first
  let last = first
  let tries = 1
  for (; at !== null; tries++) {
    last = at
    at = nextTry(tries, at)
  }
  expect(tries - 1).toBe(8)
  expect((last.getTime() - first.getTime()) / 3_600_000).toBeCloseTo(24.35, 1)
})

test('the pace says how long to wait', () => {
  const pace = new Pace(() => 2)
  pace.started(1_000)
  expect([pace.free(2_000), pace.wait(2_000)]).toEqual([1, 0])
  pace.started(2_000)
  expect([pace.free(3_000), pace.wait(3_000)]).toEqual([0, 58_000])
  expect([pace.free(61_001), pace.wait(61_001)]).toEqual([1, 0])
})
