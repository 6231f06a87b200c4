/**
 * A bulk operation as an administrator does it: a file that gives a product to everybody is uploaded and previewed, becomes a draft, is
 * approved and applied. What the command line does, without its printing.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Daemon } from './daemon.ts'

interface Measured {
  step: string
  seconds: number
  items: number
}

/** Writes the file: everybody of a roster, one product, until one day. */
export async function assignments(file: string, people: Iterable<string>, product: string): Promise<void> {
  await pipeline(Readable.from(lines(people, product)), createWriteStream(file))
}

function* lines(people: Iterable<string>, product: string): Generator<string> {
  yield 'email,products,expires\n'
  let header = true
  for (const line of people) {
    if (!header) yield `${line.split(',')[1]},${product},2030-06-30\n`
    header = false
  }
}

/** @param apply approves a plan and waits until everything of it is applied */
export async function bulk(
  daemon: Daemon,
  file: string,
  apply: (plan: { id: string; hash: string; items: number }) => Promise<{ seconds: number; items: number }>,
): Promise<Measured[]> {
  const steps: Measured[] = []
  const upload = await timed(() => daemon.upload('/uploads?verb=assign&name=assign.csv', createReadStream(file)))
  steps.push({ step: 'upload for assignment: file to preview', seconds: upload.seconds, items: 0 })
  const { id: snapshot } = upload.answer
  const asked = { verb: 'assign', upload: snapshot }
  const drafted = await timed(() => daemon.call('POST', '/operations', asked))
  const { id, hash, itemCount } = drafted.answer
  const plan = { id: String(id), hash: String(hash), items: Number(itemCount) }
  steps.push({ step: 'preview to plan', seconds: drafted.seconds, items: plan.items })
  steps.push({ step: 'apply it', ...(await apply(plan)) })
  return steps
}

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; answer: T }> {
  const started = performance.now()
  const answer = await work()
  return { seconds: (performance.now() - started) / 1_000, answer }
}
