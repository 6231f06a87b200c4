/** A pool that outlives its server: however often it asked in vain, it works again as soon as one answers. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openConnection } from '../../src/store/connection.ts'
import { isDisconnection, saysDatabaseAway } from '../../src/store/disconnection.ts'
import { startEmbedded } from '../../src/store/embedded/index.ts'

test('more failures than the pool has connections leave it usable', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'rosterd-reconnect-'))
  await chmod(directory, 0o711)
  let server = await startEmbedded(directory, { fsync: false })
  const sql = await openConnection(server.url, { max: 2 })
  try {
    await sql`select 1`
    await server.stop()
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const error: unknown = await sql`select 1`.then(
        () => null,
        (cause: unknown) => cause,
      )
      expect(isDisconnection(error)).toBe(true)
    }
    server = await startEmbedded(directory, { fsync: false, port: Number(new URL(server.url).port) })
    expect([...(await sql`select 2 as x`)]).toEqual([{ x: 2 }])
  } finally {
    await sql.end({ timeout: 1 })
    await server.stop()
    await rm(directory, { recursive: true, force: true })
  }
})

test.each<[name: string, error: unknown, away: boolean, may: boolean]>([
  ['the server stops', Object.assign(new Error('x'), { code: '57P01' }), true, true],
  ['a copy of an error, as the job queue hands it over', { code: '57P03', message: 'starting up' }, true, true],
  [
    'a connection that is refused may be that of a mail server',
    Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
    false,
    true,
  ],
  [
    'the cause counts',
    new Error('x', { cause: Object.assign(new Error('y'), { code: 'CONNECTION_CLOSED' }) }),
    true,
    true,
  ],
  [
    'one of several addresses',
    new AggregateError([Object.assign(new Error('y'), { code: 'ECONNREFUSED' })]),
    false,
    true,
  ],
  ['a statement that is wrong', Object.assign(new Error('x'), { code: '42601' }), false, false],
  ['nothing', undefined, false, false],
])('%s', (_, error, away, may) => {
  expect([saysDatabaseAway(error), isDisconnection(error)]).toEqual([away, may])
})
