import { describe, expect, test } from 'vitest'
import { createLogger, forPlan, forRequest } from '../src/telemetry.ts'

function capture() {
  const lines: string[] = []
  const log = createLogger('debug', { write: (line) => lines.push(line) })
  return { log, lines, last: (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}') }
}

describe('nothing that opens a door reaches the log', () => {
  const secret = 's3cr3t-value'
  test.each<[string, Record<string, unknown>]>([
    ['a token', { token: secret }],
    ['a password inside', { user: { name: 'kim', password: secret } }],
    ['an authorization header', { request: { headers: { Authorization: `Bearer ${secret}` } } }],
    ['cookies', { headers: { cookie: secret, 'set-cookie': [secret] } }],
    ['settings', { config: { database_url: secret, smtpUrl: secret, adminToken: secret } }],
    ['the body of a letter', { letter: { subject: 'Hello', text: secret, html: secret } }],
    ['a list', { tokens: [{ accessToken: secret }] }],
    ['something deep', { a: { b: { c: { d: { e: { f: { g: { anything: secret } } } } } } } }],
    [
      'an error that carries a statement',
      { err: Object.assign(new Error('no'), { parameters: [secret], query: secret }) },
    ],
    ['an error that names an address', { err: new Error(`connect to smtp://kim:${secret}@mail.example failed`) }],
    ['the cause of an error', { err: new Error('no', { cause: new Error(`Bearer ${secret}`) }) }],
  ])('%s', (_name, fields) => {
    const { log, lines } = capture()
    log.info(fields, 'something happened')
    log.child(fields).info('something else happened')
    expect(lines).toHaveLength(2)
    expect(lines.join('')).not.toContain(secret)
  })

  test('a sentence with a URL keeps everything but the password', () => {
    const { log, last } = capture()
    log.info('connected to postgres://kim:pa55@db.example:5432/rosterd')
    expect(last()['msg']).toBe('connected to postgres://kim:[hidden]@db.example:5432/rosterd')
  })
})

test('a line is JSON with level, time and what it speaks of', () => {
  const { log, last } = capture()
  forPlan(forRequest(log, 'req-1'), 12).warn({ token_id: 3, count: 2 }, 'held')
  expect(last()).toEqual({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    pid: process.pid,
    requestId: 'req-1',
    plan: 'pln_12',
    token_id: 3,
    count: 2,
    msg: 'held',
  })
})

test('event names are a closed list: the compiler refuses another', () => {
  const { log, last } = capture()
  log.info({ event: 'plan.approved' }, 'plan approved')
  expect(last()['event']).toBe('plan.approved')
  // @ts-expect-error no such name
  log.info({ event: 'plan.eaten' }, 'plan eaten')
})
