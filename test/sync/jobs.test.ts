/** Jobs on a real queue: who is in a hurry has hands of its own, and is asked at once. */
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Handlers, openJobs, type Worker } from '../../src/sync/jobs.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'

let database: FreshDatabase
let worker: Worker
beforeAll(async () => {
  database = await freshDatabase()
  worker = await openJobs(database.url, pino({ level: 'silent' }), () => undefined)
})
afterAll(async () => {
  await worker?.stop(5_000)
  await database?.drop()
})

/** Handlers that say what they began, and are done when they are let go. */
function listen() {
  const begun: string[] = []
  const waiting: (() => void)[] = []
  const began = (word: string, holds: boolean) => {
    begun.push(word)
    return holds ? new Promise<void>((resolve) => waiting.push(resolve)) : Promise.resolve()
  }
  const handlers: Handlers = {
    observe: async () => undefined,
    propose: ({ organization, because }) => began(`propose ${organization} ${because}`, because !== 'urgent'),
    execute: ({ organization, plan }) => began(`execute ${organization} ${plan}`, plan < 100),
    reconcile: async () => undefined,
    tidy: async () => undefined,
  }
  const until = (word: string) => expect.poll(() => begun, { timeout: 30_000, interval: 10 }).toContain(word)
  const letGo = () => {
    for (const resolve of waiting.splice(0)) resolve()
  }
  return { handlers, begun, until, letGo }
}

test('an urgent proposal and an urgent plan run while every other hand is busy with large ones', async () => {
  const { handlers, begun, until, letGo } = listen()
  await worker.start(handlers)
  for (const organization of [1, 2, 3]) {
    await worker.propose(organization, 'snapshot')
    await worker.execute(organization, organization, 'sync')
  }
  await until('propose 2 snapshot')
  await until('execute 2 2')
  await worker.propose(1, 'urgent')
  await worker.execute(1, 100, 'urgent')
  await until('propose 1 urgent')
  await until('execute 1 100')
  // The third had no hand yet.
  expect(begun).not.toContain('propose 3 snapshot')
  expect(begun).not.toContain('execute 3 3')
  letGo()
  await until('propose 3 snapshot')
  await until('execute 3 3')
  letGo()
})
