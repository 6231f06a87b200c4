/** What failed comes back as a file, is put right, and is dropped again. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Daemon, Installation, until } from '../support/daemon.ts'

const CONFIG = `organizations:
  acme:
    name: Acme
    domains: [acme.example]
    sources: { hr: { kind: csv, approval: manual, settle: 50ms } }
    rules: { everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] } }
`
const HEADER = 'external_id,email,first_name,last_name,remark'
/** What a spreadsheet would run, and what only looks like it. */
const NAMES = ['=cmd()', '@SUM(A1)', '+49 30', '-2+3', "'quoted", '＝full', '"say ""hi"""', 'plain']
const cells = NAMES.map((name, n) => ({ id: n + 1, first: name, last: NAMES.at(-1 - n) ?? '' }))
const line = (at: string) => (one: (typeof cells)[number]) =>
  `${one.id},p${one.id}${at}acme.example,${one.first},${one.last},${one.first}`

let place: Installation
let daemon: Daemon
beforeAll(async () => {
  place = await Installation.make(CONFIG)
  daemon = await place.start()
})
afterAll(() => place?.remove())

const planShape = z.looseObject({ id: z.string(), itemCount: z.number() })
const waiting = (items: number) =>
  until(async () => {
    const found = await daemon.list('/plans?state=awaiting_approval', planShape)
    return found.find((one) => one.itemCount === items)
  })

async function people(): Promise<Record<string, [unknown, unknown]>> {
  const shape = z.looseObject({ email: z.string(), firstName: z.unknown(), lastName: z.unknown() })
  const all = await daemon.list('/members', shape)
  return Object.fromEntries(all.map((one) => [one.email, [one.firstName, one.lastName]]))
}

test('row 41: names like =cmd() are stored as text, exports are prefixed, and what is imported again is identical', async () => {
  const good = '100,ada@acme.example,=cmd(),@SUM(A1),-2+3'
  await place.drop('roster.csv', `${[HEADER, good, ...cells.map(line('@@'))].join('\n')}\n`)
  const plan = await waiting(1)
  expect((await place.rosterd('approve', plan.id, '--yes')).code).toBe(4)
  expect(await people()).toEqual({ 'ada@acme.example': ['=cmd()', '@SUM(A1)'] })

  const file = join(place.directory, 'failures.csv')
  expect((await place.rosterd('failures', plan.id, '--csv', '--output', file)).code).toBe(0)
  const text = await readFile(file, 'utf8')
  const rows = text.trimEnd().split('\r\n')
  expect(rows).toHaveLength(1 + cells.length)
  expect(rows[0]).toMatch(/^\uFEFFexternal_id,email,first_name,last_name,remark,products,_line,_code,/)
  expect(rows[1]).toMatch(/^1,p1@@acme\.example,'=cmd\(\),plain,'=cmd\(\),/)
  // No cell begins with what a spreadsheet takes for a formula.
  expect(text).not.toMatch(/(?:^|[,"\n])[=+\-@＝＋－＠]/)

  await place.drop('put-right.csv', text.replaceAll('@@', '@'))
  const again = await waiting(cells.length)
  expect(await place.rosterd('approve', again.id, '--yes')).toMatchObject({ code: 0, err: '' })
  const told = (one: string) => (one.startsWith('"') ? one.slice(1, -1).replaceAll('""', '"') : one)
  expect(await people()).toEqual({
    'ada@acme.example': ['=cmd()', '@SUM(A1)'],
    ...Object.fromEntries(cells.map((one) => [`p${one.id}@acme.example`, [told(one.first), told(one.last)]])),
  })
  // Nothing of the file that was put right says that anybody else is gone.
  expect((await place.rosterd('plan')).out).toContain('in step')
})
