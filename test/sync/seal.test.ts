/** The audit is sealed in the order in which it can be sealed, whoever writes meanwhile; and what is sealed is exactly known bytes. */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { rowLine, sealLine } from '../../src/reconcile/seal.ts'
import { listSeals, readSeals } from '../../src/store/audit-seals.ts'
import { AuditKey, fingerprint, putAsideSigned } from '../../src/sync/audit-key.ts'
import { sealedText } from '../../src/sync/sealed-export.ts'
import { verifyAudit } from '../../src/sync/verify-audit.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { Sealing } from './sealing.ts'
import '../support/property-seed.ts'

let database: FreshDatabase
let here: Sealing
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  here = await Sealing.open(database.sql)
})
afterEach(() => here.remove())

const seals = async () => {
  const found = await readSeals(here.sql, here.id, { after: 0, limit: 1_000 })
  return found.map(({ number, rows, head }) => [number, rows, head !== null])
}

async function exported(from: number, to: number): Promise<string> {
  let text = ''
  for await (const piece of sealedText(here.sql, here.id, { from, to })) text += piece
  return text
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

describe('the chain', () => {
  test('grows by a seal where there is anything new, and by none where there is not', async () => {
    await here.round()
    expect(await seals()).toEqual([])
    await here.seal(3)
    await here.round()
    await here.seal(2)
    expect(await seals()).toEqual([
      [1, 3, true],
      [2, 2, false],
    ])
    expect(await here.verify()).toMatchObject({ seals: 2, rows: 5, fault: null, next: null, unsealed: { rows: 0 } })
  })

  test('is signed with the first seal of each day of UTC', async () => {
    await here.seal(1, 15.9)
    await here.seal(1, 0.2)
    await here.seal(1, 1)
    await here.seal(1, 48)
    // A clock that goes back opens no day again.
    await here.seal(1, -24)
    expect((await seals()).map(([, , signed]) => signed)).toEqual([true, true, false, true, false])
    expect(await here.verify()).toMatchObject({ seals: 5, fault: null, head: { seal: 4 } })
  })

  test('a large backlog becomes seals of a bounded size', async () => {
    await here.sql`
      insert into audit (organization_id, at, actor, act, object)
      select ${here.id}, now(), 'kim@acme.test', 'plan.approved', 'pln_' || n from generate_series(1, 25000) n`
    await here.round()
    expect(await seals()).toEqual([
      [1, 10_000, true],
      [2, 10_000, false],
      [3, 5_000, false],
    ])
    expect(await here.verify()).toMatchObject({ rows: 25_000, fault: null })
  })

  test('verifying goes on where time was up', async () => {
    for (let n = 0; n < 4; n += 1) await here.seal(2)
    await here.write(1)
    const trust = { key: here.key, others: new Set<string>() }
    const parts = []
    for (let after: number | null = 0; after !== null; ) {
      const part = await verifyAudit(here.sql, here.id, trust, { after, patience: 0 })
      parts.push([part.seals, part.rows, part.fault, part.next, part.unsealed.rows])
      after = part.next
    }
    const one = (next: number) => [1, 2, null, next, 0]
    expect(parts).toEqual([one(1), one(2), one(3), one(4), [0, 0, null, null, 1]])
    expect(await here.verify({}, { after: 9 })).toMatchObject({ fault: { seal: 9, kind: 'chain_broken' } })
  })
})

describe('while others write', () => {
  test('a row whose transaction began before is waited for, and whoever came later as well', async () => {
    let commit = () => {}
    const open = new Promise<void>((resolve) => {
      commit = resolve
    })
    const slow = here.sql.begin(async (transaction) => {
      await here.write(1, transaction, { object: 'slow' })
      await open
    })
    await expect.poll(() => here.sql`select from pg_locks where relation = 'audit'::regclass`).not.toHaveLength(0)
    await here.write(2)
    for (let n = 0; n < 3; n += 1) await here.round()
    expect(await seals()).toEqual([])
    commit()
    await slow
    await here.round()
    await here.round()
    expect(await seals()).toEqual([[1, 3, true]])
    expect(await here.unsealed()).toBe(0)
  })

  test('one that was rolled back leaves a gap, and is waited for no longer', async () => {
    await here.write(1)
    await here.sql
      .begin(async (transaction) => {
        await here.write(5, transaction)
        throw new Error('no')
      })
      .catch(() => undefined)
    await here.write(1)
    await here.round()
    expect(await seals()).toEqual([[1, 2, true]])
    expect(await here.fault()).toBeNull()
  })

  const writer = fc.array(
    fc.record({ rows: fc.integer({ min: 1, max: 4 }), before: fc.nat(12), hold: fc.nat(25), undo: fc.boolean() }),
    { minLength: 3, maxLength: 8 },
  )
  test('whoever commits when: two daemons seal every committed row once, and the chain fits all the time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(writer, { minLength: 4, maxLength: 7 }), async (writers) => {
        const one = await Sealing.open(database.sql)
        const other = await Sealing.open(database.sql)
        let over = false
        const turns = async (work: () => Promise<void>) => {
          while (!over) {
            await work()
            await sleep(1)
          }
        }
        const [daemon, another] = [one.sealer(), one.sealer()]
        const loops = [
          turns(() => daemon.round()),
          turns(() => another.round()),
          turns(async () => expect(await one.fault()).toBeNull()),
        ]
        let committed = 0
        const write = async (steps: (typeof writers)[number]) => {
          for (const { rows, before, hold, undo } of steps) {
            await sleep(before)
            const done = await one.sql
              .begin(async (transaction) => {
                await one.write(1, transaction)
                await sleep(hold)
                await other.write(1, transaction)
                await one.write(rows, transaction)
                if (undo) throw new Error('no')
                return true
              })
              .catch(() => false)
            if (done) committed += rows + 1
          }
        }
        try {
          await Promise.all(writers.map(write))
        } finally {
          over = true
          await Promise.all(loops)
        }
        await daemon.round()
        await daemon.round()
        expect(await one.unsealed()).toBe(0)
        expect(await one.verify()).toMatchObject({ fault: null, rows: committed })
        // Both have the same key of the same daemon.
        expect(await other.verify({ key: one.key })).toMatchObject({ fault: null, unsealed: { rows: 0 } })
        await Promise.all([one.remove(), other.remove()])
      }),
      { numRuns: 8 },
    )
  }, 120_000)
})

describe('what is sealed', () => {
  test('are bytes that depend on nothing but the values', () => {
    const row = { id: 12, at: '2026-11-22T10:00:00.000Z', actor: 'zoë@acme.test', act: 'a.b', object: 'pln_7' }
    const rest = { planId: 7, requestId: null, tokenId: null, before: null, after: { b: [1.5, 1e21], a: 'ü"\n' } }
    expect(rowLine({ ...row, ...rest })).toBe(
      '{"act":"a.b","actor":"zoë@acme.test","after":{"a":"ü\\"\\n","b":[1.5,1e+21]},"at":"2026-11-22T10:00:00.000Z","before":null,"id":12,"object":"pln_7","plan":7,"request":null,"token":null}\n',
    )
    const seal = { organization: 1, number: 2, from: 9, to: 12, rows: 1, at: '2026-11-22T10:00:01.000Z' }
    expect(sealLine(seal, 'ab')).toBe(
      '{"at":"2026-11-22T10:00:01.000Z","before":"ab","from":9,"organization":1,"rows":1,"seal":2,"to":12}\n',
    )
  })

  test('a stranger recomputes with SHA-256 and checks with the public key alone', async () => {
    await here.seal(3)
    await here.seal(2)
    await here.seal(1, 24)
    const stored = await readSeals(here.sql, here.id, { after: 0, limit: 9 })
    const texts = await Promise.all([1, 2, 3].map((number) => exported(number, number)))
    expect(texts.map(sha256)).toEqual(stored.map(({ digest }) => digest))
    expect(await exported(1, 3)).toBe(texts.join(''))
    expect(await exported(2, 99)).toBe(texts.slice(1).join(''))
    expect(await exported(4, 99)).toBe('')
    const last: unknown = JSON.parse(texts[1]?.trimEnd().split('\n').at(-1) ?? '')
    expect(last).toMatchObject({ seal: 2, before: stored[0]?.digest, organization: here.id })
    const [head] = await listSeals(here.sql, here.id, { before: null, limit: 1 })
    const { at, digest } = head ?? { at: '', digest: '' }
    const text = `{"at":"${at}","digest":"${digest}","organization":${here.id},"seal":3}`
    const key = createPublicKey({ key: Buffer.from(head?.head?.publicKey ?? '', 'hex'), type: 'spki', format: 'der' })
    expect(verify(null, Buffer.from(text), key, Buffer.from(head?.head?.signature ?? '', 'hex'))).toBe(true)
  })
})

describe('the key', () => {
  test('is made once, for its owner alone, by whoever starts first', async () => {
    const others = await Promise.all([1, 2, 3].map(() => AuditKey.open(here.directory)))
    expect(new Set(others.map(({ publicKey }) => publicKey))).toEqual(new Set([here.key.publicKey]))
    expect(await readdir(join(here.directory, 'audit'))).toEqual(['key.pem'])
    expect((await stat(join(here.directory, 'audit/key.pem'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(here.directory, 'audit'))).mode & 0o777).toBe(0o700)
    expect(fingerprint(here.key.publicKey)).toMatch(/^[0-9a-f]{64}$/)
  })

  test('that cannot be read stops the start, and is not replaced', async () => {
    await writeFile(join(here.directory, 'audit/key.pem'), 'nothing\n')
    await expect(AuditKey.open(here.directory)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_UNUSABLE' })
    expect(await readFile(join(here.directory, 'audit/key.pem'), 'utf8')).toBe('nothing\n')
  })

  test('remembers what it signed, past a line that was cut off; a restore puts that aside', async () => {
    await here.seal(1)
    await here.seal(1, 24)
    expect((await here.key.remembered(here.id)).map(({ seal }) => seal)).toEqual([1, 2])
    const file = here.key.witness(here.id)
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, -20))
    expect((await here.key.remembered(here.id)).map(({ seal }) => seal)).toEqual([1])
    await putAsideSigned(here.directory, new Date('2026-12-01T10:00:00.000Z'))
    expect(await here.key.remembered(here.id)).toEqual([])
    expect((await readdir(join(here.directory, 'audit'))).sort()).toEqual([
      'key.pem',
      `signed-${here.id}-until-20261201T100000Z.jsonl`,
    ])
  })
})
