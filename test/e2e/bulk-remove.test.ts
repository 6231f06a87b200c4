/** Removing people: by address, by file and ticked; who cannot be removed and why; and how the list of these becomes a bulk revoke. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { draftedShape } from '../support/bulk-scene.ts'
import { DOORS, type Door, inDays, TwoDoors } from '../support/two-doors.ts'

const FIRST_TEN = 'abcdefghij'.split('')

let doors: TwoDoors
beforeAll(async () => {
  doors = await TwoDoors.open()
  const people = DOORS.flatMap((door) =>
    [
      ['ann', 'V-Ray; Houdini'],
      ['bea', 'V-Ray'],
      ['eve', 'V-Ray; Houdini'],
      ['fay', 'Houdini'],
      ...['cid', 'dan', 'gil', 'hal', 'ida', 'joe', ...FIRST_TEN].map((name) => [name, '']),
    ].map(([name = '', products = '']) => [addressOf(door, name), products]),
  )
  await doors.seed(Object.fromEntries(people))
})
afterAll(() => doors?.close())

const addressOf = (door: Door, name: string) => `${name}.${door.toLowerCase()}@acme.example`

describe.each(DOORS)('by %s', (door) => {
  const of = (...names: string[]) => names.map((name) => addressOf(door, name))
  const [ann = '', bea = '', cid = '', dan = '', eve = '', fay = ''] = of('ann', 'bea', 'cid', 'dan', 'eve', 'fay')
  const csv = `email,note\n${[ann, bea, cid, dan].map((one) => `${one},left`).join('\n')}\n`
  let failedRemoval = ''

  test('people are named by address, ticked or found', async () => {
    const users = of('gil', 'hal')
    const done = await doors.does(door, { verb: 'remove', users })
    expect(done).toMatchObject({ plan: { state: 'applied', counts: { remove: 2 } }, people: { succeeded: 2 } })
    expect(done.said).toContain('Remove 2; 2 people get one mail each')
    const [ida = '', joe = ''] = of('ida', 'joe')
    if (door === 'CLI') {
      const where = `emails.value eq "${ida}" or emails.value eq "${joe}"`
      expect(await doors.does(door, { verb: 'remove', where })).toMatchObject({ exit: 0, people: { succeeded: 2 } })
    } else {
      const ids = await doors.ids(ida, joe)
      const drafted = await doors.must(draftedShape, 'kim', 'POST', '/operations', { verb: 'remove', members: ids })
      await doors.approve('kim', drafted)
      expect(await doors.scene.ended(drafted.id)).toMatchObject({ state: 'applied', people: { succeeded: 2 } })
    }
    expect(await doors.stands(...users, ida, joe)).toEqual(['removed', 'removed', 'removed', 'removed'])
  })

  test('before anything happens it is said who cannot be removed, what they hold, and until when it is lent', async () => {
    await doors.lend(bea, 'vray', 'WS-204', inDays(12))
    const seen = await doors.looks(door, { verb: 'remove', csv })
    expect(seen.said).toContain('2 will fail')
    expect(seen.said).toContain(`${ann} still holds Houdini, V-Ray. Revoke first`)
    expect(seen.said).toMatch(new RegExp(`${bea} has V-Ray borrowed on WS-204 until .+ \\(Europe/Berlin\\)\\.`))
    expect(seen.said).toContain('With --revoke-first the removal then happens by itself.')
    expect(seen.exit).toBe(door === 'CLI' ? 0 : null)
    expect(await doors.stands(ann, bea, cid, dan)).toEqual(['active houdini vray', 'active vray', 'active', 'active'])
  })

  test('who holds nothing is removed and told; who holds something stays, and the reason names it', async () => {
    const done = await doors.does(door, { verb: 'remove', csv })
    failedRemoval = done.plan.id
    expect(done).toMatchObject({ plan: { state: 'partially_failed' }, people: { succeeded: 2, failed: 2 } })
    expect(done.exit).toBe(door === 'CLI' ? 4 : null)
    expect(done.failures).toEqual([
      `${ann} HAS_PRODUCTS ${ann} still holds Houdini, V-Ray.`,
      expect.stringMatching(`^${bea} BORROWED_OFFLINE ${bea} has V-Ray borrowed on WS-204 until `),
    ])
    if (door === 'CLI') expect(done.said).toContain(`See failed removals, as a file that can be put right`)
    expect(await doors.stands(ann, bea, cid, dan)).toEqual(['active houdini vray', 'active vray', 'removed', 'removed'])

    const { members, administrators } = await doors.mailsOf(failedRemoval, 2)
    expect(members.map(({ to, subject }) => `${to}: ${subject}`).sort()).toEqual([
      `${cid}: Your membership of Acme has ended`,
      `${dan}: Your membership of Acme has ended`,
    ])
    for (const { text } of administrators) expect(text).toContain(`${doors.scene.daemon.url}/plans/${failedRemoval}`)
    expect(new Set(administrators.map(({ to }) => to)).size).toBe(administrators.length)
  })

  test('the file of those who failed says what each still holds, and revokes it as it is; then the same file removes them', async () => {
    const path = join(doors.scene.place.directory, `failed-${door}.csv`)
    const got = await doors.type('kim', 'failures', failedRemoval, '--csv', '--output', path)
    expect(got).toMatchObject({ code: 0, err: `Written to ${path}.\n` })
    const text = await readFile(path, 'utf8')
    const lines = text.trimEnd().split('\r\n')
    expect(lines[0]).toBe('\uFEFFemail,note,products,_line,_code,_reason,_next_step,_plan,_item')
    expect(lines[1]).toMatch(new RegExp(`^${ann},left,Houdini;V-Ray,2,HAS_PRODUCTS,`))
    expect(lines[2]).toMatch(new RegExp(`^${bea},left,V-Ray,3,BORROWED_OFFLINE,`))
    expect(lines).toHaveLength(3)

    await doors.giveBack(bea, 'vray', 'WS-204')
    const revoked = await doors.does(door, { verb: 'revoke', csv: text })
    expect(revoked).toMatchObject({
      plan: { state: 'applied', counts: { revoke: 3 } },
      people: { succeeded: 2 },
      failures: [],
    })
    expect(await doors.stands(ann, bea)).toEqual(['active', 'active'])
    const removed = await doors.does(door, { verb: 'remove', csv: text })
    expect(removed).toMatchObject({ plan: { state: 'applied' }, people: { succeeded: 2 }, failures: [] })
    expect(removed.exit).toBe(door === 'CLI' ? 0 : null)
    expect(await doors.stands(ann, bea)).toEqual(['removed', 'removed'])
    const [first, second] = await Promise.all([revoked.plan.id, removed.plan.id].map((id) => doors.letters(ann, id)))
    expect(first?.map(({ subject }) => subject)).toEqual(['What changed for you at Acme'])
    expect(first?.[0]?.text).toContain('You no longer have Houdini.')
    expect(second?.map(({ subject }) => subject)).toEqual(['Your membership of Acme has ended'])
  })

  test('products can be revoked first, for all or by a column of the file, and each gets one letter that says all of it', async () => {
    const all = await doors.does(door, { verb: 'remove', users: [eve], revokeFirst: true })
    expect(all).toMatchObject({
      plan: { state: 'applied', counts: { revoke: 2, remove: 1 } },
      people: { succeeded: 1 },
    })
    const byColumn = await doors.does(door, { verb: 'remove', csv: `email,also_revoke\n${fay},yes\n` })
    expect(byColumn).toMatchObject({ plan: { state: 'applied', counts: { revoke: 1, remove: 1 } } })
    expect(await doors.stands(eve, fay)).toEqual(['removed', 'removed'])
    const [letter, ...more] = await doors.letters(eve, all.plan.id)
    expect([letter?.subject, more]).toEqual(['Your membership of Acme has ended', []])
    for (const told of [
      'You no longer have V-Ray.',
      'You no longer have Houdini.',
      'Your membership of Acme has ended.',
    ])
      expect(letter?.text).toContain(told)
  })

  test('quietly: nobody is mailed but administrators, and that is said before', async () => {
    const [a = ''] = of('a')
    const done = await doors.does(door, { verb: 'remove', users: [a], quiet: true })
    expect(done.said).toContain('nobody will be mailed')
    expect(done.plan.state).toBe('applied')
    const { members } = await doors.mailsOf(done.plan.id)
    expect(members).toEqual([])
  })

  test('who is no member is in error, and who was removed before changes nothing', async () => {
    const [b = '', c = ''] = of('b', 'c')
    const csv = `email\n${b}\n${b.replace('b.', 'bb.')}\n${cid}\n${c}\n`
    const done = await doors.does(door, { verb: 'remove', csv })
    expect(done.people).toEqual({ succeeded: 2, noChange: 1 })
    expect(done.failures).toEqual([
      `${b.replace('b.', 'bb.')} MEMBER_NOT_FOUND ${b.replace('b.', 'bb.')} is not a member. Did you mean ${b}?`,
    ])
    expect(done.exit).toBe(door === 'CLI' ? 4 : null)
  })
})
