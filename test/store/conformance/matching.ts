/** Newcomers and whom they could be: pairs by key, questions asked once, answers of which the first counts. */
import { expect } from 'vitest'
import type { Decision } from '../../../src/reconcile/match.ts'
import { listDecisions } from '../../../src/store/decision-list.ts'
import {
  answerDecision,
  findPairs,
  openDecisions,
  readDecision,
  settleDecisions,
  writeAdoptions,
} from '../../../src/store/matching.ts'
import { type Cases, found, type Ground, NOON, type Somebody } from './ground.ts'

const newcomer: Somebody = { member: null, links: { partners: 'linked' }, rows: ['partners'] }

/** `newcomer → candidate by`, of the people named. */
async function pairs(ground: Ground, people: Record<string, number>): Promise<string[]> {
  const name = (id: number) => Object.entries(people).find(([, person]) => person === id)?.[0] ?? `person ${id}`
  const lines: string[] = await ground.sql.begin(async (transaction) => {
    const { newcomers, pairs } = await findPairs(transaction, ground.id)
    expect([...new Set(pairs.map((pair) => pair.newcomer))]).toEqual(newcomers.map((one) => one.personId))
    return pairs.map((pair) => `${name(pair.newcomer)} → ${name(pair.candidate.personId)} ${pair.candidate.by}`)
  })
  return lines
}

/** Somebody known and somebody new → the pairs found. */
const PAIRS: Record<string, [Somebody, Somebody, string[]]> = {
  'the address of a member': [{ email: 'x@acme.test' }, { ...newcomer, email: 'x@acme.test' }, ['new → old email']],
  'the address of a removed member': [
    { email: 'x@acme.test', member: { state: 'removed' } },
    { ...newcomer, email: 'x@acme.test' },
    ['new → old email'],
  ],
  'the user name of a member': [{ userName: 'x' }, { ...newcomer, userName: 'x' }, ['new → old user_name']],
  'both at once': [
    { email: 'x@acme.test', userName: 'x' },
    { ...newcomer, email: 'x@acme.test', userName: 'x' },
    ['new → old email', 'new → old user_name'],
  ],
  'the address of another newcomer: each is found in the other': [
    { member: null, links: { hr: 'linked' }, rows: ['hr'], email: 'x@acme.test' },
    { ...newcomer, email: 'x@acme.test' },
    ['old → new email', 'new → old email'],
  ],
  'nothing in common': [{ userName: 'y' }, { ...newcomer, userName: 'x' }, []],
  'no user name on both sides': [{}, newcomer, []],
  'somebody whom nobody wants': [
    { email: 'x@acme.test' },
    { ...newcomer, email: 'x@acme.test', desired: { wanted: false } },
    [],
  ],
  'what a member of another name has': [
    { email: 'x@acme.test' },
    { email: 'z@acme.test', rows: ['hr'], links: { hr: 'linked' } },
    [],
  ],
  'somebody who is a removed member already': [
    { email: 'x@acme.test' },
    { ...newcomer, email: 'x@acme.test', member: { state: 'removed' } },
    [],
  ],
  'somebody invited by hand': [
    { email: 'x@acme.test', member: { state: 'removed' } },
    { ...newcomer, email: 'x@acme.test', links: { manual: 'linked' }, rows: ['manual'] },
    [],
  ],
}

const found_: Cases = Object.fromEntries(
  Object.entries(PAIRS).map(([name, [old, one, wanted]]) => [
    `a newcomer with ${name}: ${wanted.length === 0 ? 'no pair' : wanted.join(', ')}`,
    async (ground: Ground) => {
      const people = { old: await ground.add('old', old), new: await ground.add('new', one) }
      expect(await pairs(ground, people)).toEqual(wanted)
    },
  ]),
)

const question = (ground: Ground, person: number, candidates: number[]): Decision => ({
  kind: 'adopt',
  newcomer: person,
  sourceId: ground.source('partners'),
  anchor: 'x',
  candidates,
  code: 'ADOPTION_NEEDS_REVIEW',
  why: 'They share an address.',
})

/** A member and a newcomer with their address, about whom a question is open. */
async function asked(ground: Ground) {
  const old = await ground.add('old', { email: 'x@acme.test', links: { hr: 'linked' } })
  const person = await ground.add('new', { ...newcomer, email: 'x@acme.test' })
  const ask = (): Promise<number> =>
    ground.sql.begin((transaction) => openDecisions(transaction, ground.id, [question(ground, person, [old])], NOON))
  expect(await ask()).toBe(1)
  const [decision] = await ground.sql<{ id: number }[]>`select id from decisions where organization_id = ${ground.id}`
  return { old, person, ask, id: found(decision).id }
}

const waits = async ({ sql, id }: Ground) =>
  (await sql`select kind from waits where organization_id = ${id}`).map((wait) => wait['kind'])

export const matching: Cases = {
  ...found_,
  'a candidate comes with role, state and the sources that show them': async (ground) => {
    const old = await ground.add('old', {
      userName: 'x',
      member: { role: 'owner' },
      links: { hr: 'linked', partners: 'ghost' },
    })
    await ground.add('new', { ...newcomer, userName: 'x' })
    await ground.sql.begin(async (transaction) => {
      const { newcomers, pairs } = await findPairs(transaction, ground.id)
      expect(newcomers).toMatchObject([
        { anchor: 'new@acme.test', domain: 'acme.test', source: { key: 'partners', trust: 5 } },
      ])
      const { candidate } = found(pairs[0])
      expect(candidate).toMatchObject({ personId: old, member: { role: 'owner', state: 'active', removedAt: null } })
      expect(candidate.linkedSources.map(({ key, trust, state }) => [key, trust, state]).sort()).toEqual([
        ['hr', 10, 'linked'],
        ['partners', 5, 'ghost'],
      ])
    })
  },
  'somebody who was emptied is no candidate': async (ground) => {
    const people = { old: await ground.add('old', { email: 'x@acme.test' }), new: 0 }
    people.new = await ground.add('new', { ...newcomer, email: 'x@acme.test' })
    await ground.sql`update people set merged_into = id where organization_id = ${ground.id} and id = ${people.old}`
    expect(await pairs(ground, people)).toEqual([])
  },
  'nobody is asked twice; while a question is open, it is looked at whether it is still one': async (ground) => {
    const { old, person, ask, id } = await asked(ground)
    const people = { old, new: person }
    expect([await ask(), await waits(ground), await pairs(ground, people)]).toEqual([
      0,
      ['decision'],
      ['new → old email'],
    ])
    await ground.sql.begin((transaction) =>
      answerDecision(transaction, ground.id, id, { choice: 'create_new', target: null, by: 'kim', at: NOON }),
    )
    expect([await ask(), await waits(ground), await pairs(ground, people)]).toEqual([0, [], []])
  },
  'a question that is not one any more is taken back with its wait; another takes its place': async (ground) => {
    const { old, person } = await asked(ground)
    const settle = (questions: Decision[]): Promise<void> =>
      ground.sql.begin((transaction) => settleDecisions(transaction, ground.id, questions, NOON))
    const stored = async () =>
      (await ground.sql`select kind, candidates from decisions where organization_id = ${ground.id} order by id`).map(
        (one) => [one['kind'], one['candidates']],
      )
    await settle([{ ...question(ground, person, [old]), kind: 'ambiguous', candidates: [old, person] }])
    expect([await stored(), await waits(ground)]).toEqual([[['ambiguous', [old, person]]], ['decision']])
    await settle([])
    expect([await stored(), await waits(ground)]).toEqual([[], []])
  },
  'with a shared address its candidates wait, until the question is answered or taken back': async (ground) => {
    const { old, person } = await asked(ground)
    const settle = (questions: Decision[]): Promise<void> =>
      ground.sql.begin((transaction) => settleDecisions(transaction, ground.id, questions, NOON))
    const waiting = async () =>
      (await ground.sql`select person_id from waits where organization_id = ${ground.id} order by 1`).map(
        (wait) => wait['person_id'],
      )
    const shared = { ...question(ground, person, [old]), kind: 'shared' as const }
    await settle([shared])
    expect(await waiting()).toEqual([old, person])
    await settle([])
    expect(await waiting()).toEqual([])
    await settle([shared])
    const [{ id } = { id: 0 }] = await ground.sql<{ id: number }[]>`
      select id from decisions where organization_id = ${ground.id}`
    await ground.sql.begin((transaction) =>
      answerDecision(transaction, ground.id, id, { choice: 'ignore', target: null, by: 'kim', at: NOON }),
    )
    await settle([])
    expect(await waiting()).toEqual([person])
  },
  'of two answers at once the first wins, and the other changes nothing': async (ground) => {
    const { old, id } = await asked(ground)
    const answers = [
      { choice: 'link', target: old, by: 'kim', at: NOON },
      { choice: 'create_new', target: null, by: 'lee', at: NOON },
    ]
    const won: boolean[] = await Promise.all(
      answers.map((answer) => ground.sql.begin((transaction) => answerDecision(transaction, ground.id, id, answer))),
    )
    expect([...won].sort()).toEqual([false, true])
    const winner = found(answers[won.indexOf(true)])
    const { choice, by: decidedBy, target: targetId } = winner
    expect(await readDecision(ground.sql, ground.id, id)).toMatchObject({
      state: 'decided',
      choice,
      decidedBy,
      targetId,
    })
  },
  'who is to be ignored goes on waiting': async (ground) => {
    const { id } = await asked(ground)
    const ignore = { choice: 'ignore', target: null, by: 'kim', at: NOON }
    await ground.sql.begin((transaction) => answerDecision(transaction, ground.id, id, ignore))
    expect(await waits(ground)).toEqual(['decision'])
  },
  'who was answered to be somebody known is adopted by the next proposal, once': async (ground) => {
    const { old, person, id } = await asked(ground)
    const answer = { choice: 'link', target: old, by: 'kim', at: NOON }
    await ground.sql.begin(async (transaction) => {
      await answerDecision(transaction, ground.id, id, answer)
      const adoption = { fromPersonId: person, sourceId: ground.source('partners'), anchor: 'x', by: 'email' as const }
      await writeAdoptions(transaction, ground.id, [{ kind: 'link', personId: old, adoption }])
      const rows = await transaction`select person_id, from_person_id from adoptions`
      expect([...rows]).toEqual([{ person_id: old, from_person_id: person }])
    })
    await ground.sql.begin(async (transaction) => {
      await writeAdoptions(transaction, ground.id, [])
      const rows = await transaction`select person_id, from_person_id, anchor, by from adoptions`
      expect([...rows]).toEqual([{ person_id: old, from_person_id: person, anchor: 'x@acme.test', by: 'decision' }])
    })
  },
  'the list of questions names the people, and pages downwards by state': async (ground) => {
    const { old, person, id } = await asked(ground)
    const other = await ground.add('other', { member: null })
    await ground.sql.begin((transaction) =>
      openDecisions(transaction, ground.id, [question(ground, other, [old, person])], NOON),
    )
    const list = (over: Partial<Parameters<typeof listDecisions>[2]>) =>
      listDecisions(ground.sql, ground.id, { states: ['open'], id: null, before: null, limit: 10, ...over })
    const [second, first] = await list({})
    expect(first).toMatchObject({ id, source: 'partners', why: 'They share an address.', person: { personId: person } })
    expect(first?.candidates).toMatchObject([{ personId: old, email: 'x@acme.test', memberState: 'active' }])
    expect(second?.candidates.map((one) => one.personId)).toEqual([old, person])
    expect((await list({ limit: 1 })).map((one) => one.id)).toEqual([second?.id])
    expect((await list({ before: found(second).id })).map((one) => one.id)).toEqual([id])
    expect((await list({ id })).map((one) => one.id)).toEqual([id])
    expect(await list({ states: ['decided'] })).toEqual([])
  },
}
