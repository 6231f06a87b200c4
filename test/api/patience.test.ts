/** A request that takes too long is answered without its result, and what becomes of it is not lost. */
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { within } from '../../src/api/patience.ts'

const lines: string[] = []
const log = pino({}, { write: (line: string) => void lines.push(line) })

it('gives the answer that comes in time, and the error', async () => {
  expect(await within(60_000, log, Promise.resolve(7))).toBe(7)
  await expect(within(60_000, log, Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(lines).toEqual([])
})

it('says so when none comes in time, and logs what goes wrong later', async () => {
  const work = Promise.withResolvers<never>()
  await expect(within(1_000, log, work.promise)).rejects.toMatchObject({
    code: 'TOOK_TOO_LONG',
    params: { seconds: 1 },
  })
  work.reject(new Error('the disk is full'))
  await expect.poll(() => lines.join('')).toContain('the disk is full')
})
