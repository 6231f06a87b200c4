/**
 * Every error that the routes of bulk operations answer with, and its very words. What the verbs behind them refuse stands beside the
 * codes of rows and items, in test/sync/codes; here is what the doors say themselves.
 */
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { within } from '../../src/api/patience.ts'
import { CATALOGUE, type ErrorCode } from '../../src/errors.ts'
import { answerError } from '../../src/problem.ts'
import { execute } from '../../src/sync/execute.ts'
import { HELD } from '../sync/codes/held.ts'
import { REFUSALS } from '../sync/codes/refusals.ts'
import { openWorld, type World } from './world.ts'

const ACME = '/api/v1/organizations/acme'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.drop())

interface Asked {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  body?: unknown
  headers?: Record<string, string>
  who?: string | null
}
type DoorCase = [code: ErrorCode, when: string, asked: Asked, status: number, says: string, next: string]

const CORRECT = 'Correct what is named and send it again.'
const invite = (email: string) => ({ verb: 'invite', users: [email] })

const DOORS: DoorCase[] = [
  [
    'UNAUTHENTICATED',
    'no token',
    { method: 'POST', path: '/operations', body: invite('a@acme.example'), who: null },
    401,
    'This request needs a valid bearer token or session.',
    'Sign in, or send Authorization: Bearer followed by a token that has not expired or been revoked.',
  ],
  [
    'FORBIDDEN',
    'a viewer approves',
    { method: 'POST', path: '/plans/pln_1/approve', body: { hash: 'x' }, who: 'viewer' },
    403,
    'This needs the role operator.',
    'Ask an administrator for that role, or use a token that has it.',
  ],
  [
    'ORGANIZATION_NOT_FOUND',
    'a token of another organization',
    { method: 'GET', path: '/pins', who: 'foreign' },
    404,
    'There is no organization acme.',
    'Check its name; the configuration lists the organizations.',
  ],
  [
    'NOT_FOUND',
    'a verb that there is not',
    { method: 'POST', path: '/plans/pln_1/undo', body: {} },
    404,
    `There is nothing at ${ACME}/plans/pln_1/undo.`,
    'Check the address; /api/v1/openapi.json lists every route.',
  ],
  [
    'METHOD_NOT_ALLOWED',
    'an upload is put',
    { method: 'PUT', path: '/uploads', body: {} },
    405,
    `${ACME}/uploads does not know the method PUT.`,
    'Use one of POST; /api/v1/docs says what each does.',
  ],
  [
    'INPUT_INVALID',
    'a verb that there is not',
    { method: 'POST', path: '/operations', body: { verb: 'promote', users: ['a@acme.example'] } },
    400,
    'The input is not valid: body.verb must be one of invite, remove, assign, revoke.',
    CORRECT,
  ],
  [
    'INPUT_INVALID',
    'a date that could be two',
    {
      method: 'POST',
      path: '/operations',
      body: { verb: 'assign', users: ['a@acme.example'], products: ['cad'], expires: '01/02/2027' },
    },
    400,
    'The input is not valid: body.expires: "01/02/2027" is not a date that can be read without guessing (day or month first? say dmy or mdy as dateOrder (--date-order)).',
    CORRECT,
  ],
  [
    'OPERATION_AMBIGUOUS',
    'people are named in two ways',
    { method: 'POST', path: '/operations', body: { ...invite('a@acme.example'), where: 'active eq true' } },
    400,
    'It is not clear what to do: people are named in several ways. Give one of upload, users, where and members.',
    'Put that right and ask again. Nothing was stored.',
  ],
  [
    'BODY_TOO_LARGE',
    'a million characters',
    { method: 'POST', path: '/operations', body: { verb: 'invite', users: ['x'.repeat(1_100_000)] } },
    413,
    'The request is larger than 1048576 bytes.',
    'Send it in smaller parts.',
  ],
  [
    'MEDIA_TYPE_UNSUPPORTED',
    'a workbook as such',
    {
      method: 'POST',
      path: '/uploads?verb=invite',
      body: 'PK',
      headers: { 'content-type': 'application/vnd.ms-excel' },
    },
    415,
    'A body of the type application/vnd.ms-excel is not read here.',
    'Send text/csv or application/octet-stream or text/plain.',
  ],
  [
    'ITEM_NOT_FOUND',
    'an item that the plan has not',
    { method: 'GET', path: '/plans/pln_1/items/99' },
    404,
    'Plan pln_1 has no item 99.',
    'List its items with rosterd show pln_1 --all and take a number from there.',
  ],
  [
    'PLAN_NOT_FOUND',
    'a plan of another organization',
    { method: 'GET', path: '/plans/pln_4711' },
    404,
    'There is no plan pln_4711 in this organization.',
    'List the plans with rosterd plans and take an id from there.',
  ],
  [
    'ASSIGNMENT_NOT_FOUND',
    'a licence of nobody is lent',
    { method: 'PUT', path: '/assignments/asg_99/borrow', body: { device: 'WS-204', until: '2026-12-01T00:00:00Z' } },
    404,
    'There is no assignment asg_99 in this organization.',
    'List them with rosterd assignments and take an id such as asg_7 from there.',
  ],
  [
    'MEMBER_NOT_FOUND',
    'a pin of nobody',
    { method: 'DELETE', path: '/pins/mem_99/exclude' },
    404,
    'There is no member mem_99 in this organization.',
    'Check the e-mail address or the id.',
  ],
  [
    'PIN_NOT_FOUND',
    'a member without a pin',
    { method: 'DELETE', path: '/pins/mem_1/exclude' },
    404,
    'There is no such pin in this organization.',
    'List them with rosterd pins; that names the member and what it keeps from them.',
  ],
  [
    'PRODUCT_NOT_FOUND',
    'a pin of a product that there is not',
    { method: 'DELETE', path: '/pins/mem_1/force_revoke/word' },
    404,
    'There is no product word in this organization.',
    'Check its key; rosterd products lists them.',
  ],
  [
    'FILTER_INVALID',
    'an export of what cannot be read',
    { method: 'GET', path: '/exports/members?where=active%20is%20true' },
    400,
    'The filter is wrong at character 8: "is" is no operator; there are eq, ne, co, sw, ew, gt, ge, lt, le and pr.',
    'Correct it there; a filter reads like: active eq true and products.value eq "vray"',
  ],
]

describe('what the doors say', () => {
  beforeAll(async () => {
    const { json } = await world.ask('operator', 'POST', `${ACME}/operations`, invite('first@acme.example'))
    const { hash } = json
    expect((await world.ask('operator', 'POST', `${ACME}/plans/pln_1/approve`, { hash })).status).toBe(200)
    await execute(world.parts, world.ids['acme'] ?? 0, 1, new AbortController().signal)
  })

  it.each(DOORS)('%s: %s', async (code, _, { method, path, body, headers, who = 'operator' }, status, says, next) => {
    const answer = await world.ask(who, method, `${ACME}${path}`, body, headers)
    const { detail, ...json } = answer.json
    expect([answer.status, json['code'], detail, json['next']]).toEqual([status, code, says, next])
    expect(answer.type).toBe('application/problem+json')
  })

  it('IDEMPOTENCY_KEY_REUSED: another request under the same key', async () => {
    const headers = { 'idempotency-key': 'may-1' }
    await world.ask('operator', 'POST', `${ACME}/operations`, invite('b@acme.example'), headers)
    const { json } = await world.ask('operator', 'POST', `${ACME}/operations`, invite('c@acme.example'), headers)
    expect([json['code'], json['detail'], json['next']]).toEqual([
      'IDEMPOTENCY_KEY_REUSED',
      'The Idempotency-Key may-1 already stands for another request.',
      'Send the first request unchanged, or this one under a key of its own.',
    ])
  })

  it('IDEMPOTENCY_KEY_BUSY: the first request is still being worked on', async () => {
    const headers = { 'idempotency-key': 'may-2' }
    const ask = () => world.ask('operator', 'POST', `${ACME}/operations`, invite('d@acme.example'), headers)
    await ask()
    await world.sql`update repeatable_requests set answer = null where key = 'may-2'`
    const { json } = await ask()
    expect([json['code'], json['detail'], json['next']]).toEqual([
      'IDEMPOTENCY_KEY_BUSY',
      'The first request with the Idempotency-Key may-2 is still being worked on.',
      'Send it again in 2 s to get its answer.',
    ])
  })

  it('RATE_LIMITED: a token asks too fast', async () => {
    const slow = await openWorld({ rate: 0.5, burst: 1 })
    try {
      const ask = () => slow.ask('viewer', 'GET', `${ACME}/pins`)
      await ask()
      const { json } = await ask()
      expect([json['code'], json['detail'], json['next']]).toEqual([
        'RATE_LIMITED',
        'This token has sent too many requests: more than 0.5 a second for longer than its reserve of 1 lasts.',
        'Wait 2 s and go on more slowly.',
      ])
    } finally {
      await slow.drop()
    }
  })

  const told = async (work: Promise<unknown>) => {
    const error: unknown = await work.then(
      () => new Error('it was not refused'),
      (thrown: unknown) => thrown,
    )
    const { status, code, detail, next } = JSON.parse(await answerError(error, 'ref', world.parts.log).text())
    return [status, code, detail, next]
  }

  it('TOOK_TOO_LONG: no answer in time', async () => {
    expect(await told(within(1_000, world.parts.log, new Promise(() => {})))).toEqual([
      503,
      'TOOK_TOO_LONG',
      'There was no answer within 1 s.',
      'What was begun goes on; look whether it is done before you ask again.',
    ])
  })

  it('DATABASE_AWAY: nobody answers at its address', async () => {
    const sql = postgres('postgres://127.0.0.1:1/nothing', { max: 1, connect_timeout: 1 })
    const work = sql`select 1`.then(() => {})
    expect(await told(work)).toEqual([
      503,
      'DATABASE_AWAY',
      'The database does not answer at the moment.',
      'Try again in a few seconds; /readyz says what is wrong and since when.',
    ])
    await sql.end()
  })
})

const because = (reason: string, codes: ErrorCode[]) => codes.map((code): [ErrorCode, string] => [code, reason])

/** Errors that these routes never answer with. */
const NEVER = new Map<ErrorCode, string>([
  ...because('of a daemon that starts', [
    'PORT_BUSY',
    'DATA_DIRECTORY_IN_USE',
    'DATA_DIRECTORY_OTHER_MAJOR',
    'DATA_DIRECTORY_UNUSABLE',
    'DATABASE_UNREACHABLE',
    'DATABASE_TOO_OLD',
    'DATABASE_START_FAILED',
    'SYSTEM_ACCOUNT_MISSING',
    'PLATFORM_UNSUPPORTED',
    'CONFIG_UNREADABLE',
    'CONFIG_INVALID',
    'ENVIRONMENT_INVALID',
  ]),
  ...because('of the command line, before it asks anything', ['DAEMON_UNREACHABLE', 'ORGANIZATION_REQUIRED']),
  ...because('of backups', ['BACKUP_IMPOSSIBLE', 'BACKUP_UNUSABLE', 'DATABASE_NOT_EMPTY']),
  ...because('of tokens', ['TOKEN_NOT_FOUND', 'SHOWN_ONCE']),
  ...because('of files of a source', ['SNAPSHOT_NEEDS_ANOTHER', 'SNAPSHOT_STATE', 'SOURCE_NOT_FOUND']),
  ...because('of open questions', ['DECISION_NOT_FOUND', 'DECISION_STATE', 'CHOICE_UNKNOWN']),
  ...because('of the account service', ['MEMBER_STATE']),
  ...because('of the console', [
    'SESSION_OVER',
    'LINK_USED',
    'NO_ENTRY',
    'NO_ROLE',
    'CLAIM_MISSING',
    'SIGN_IN_STALE',
    'SIGN_IN_REFUSED',
    'PROVIDER_AWAY',
    'FORM_STALE',
    'ADMINISTRATOR_NOT_FOUND',
    'OWN_ACCOUNT',
    'LETTER_NOT_RESENT',
  ]),
  ...because('of settings', ['RULE_NOT_FOUND', 'MANAGED_BY_CONFIG', 'KEY_TAKEN']),
])

describe('the catalogue of errors', () => {
  const apart = ['IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_KEY_BUSY', 'RATE_LIMITED', 'TOOK_TOO_LONG', 'DATABASE_AWAY']
  const occurring = new Set<string>([
    ...DOORS.map(([code]) => code),
    ...[...REFUSALS, ...HELD].map(({ code }) => code),
    ...apart,
  ])

  it.each(Object.keys(CATALOGUE))('%s is provoked, or is said never to occur', (code) => {
    const never = [...NEVER].find(([one]) => one === code)?.[1]
    expect(
      never !== undefined,
      never ?? 'provoke it here or in test/sync/codes, or say in NEVER why it cannot occur',
    ).toBe(!occurring.has(code))
  })
})
