/** GET of a group with all its members: how long it takes, and how much memory. */
import { request } from 'node:http'
import type { Daemon } from '../daemon.ts'
import type { Place } from './place.ts'

/** Reads the group once, as fast as it comes, and tells of it in a sentence. */
export async function wholeGroup(daemon: Daemon, { url, headers, group, people }: Place): Promise<string> {
  const before = await daemon.peakMemory()
  const began = performance.now()
  const bytes = await new Promise<number>((resolve, reject) => {
    let size = 0
    const asked = request(`${url}/Groups/${group}`, { headers }, (answer) => {
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length
      })
      answer.on('end', () => (answer.statusCode === 200 ? resolve(size) : reject(new Error(String(answer.statusCode)))))
      answer.on('error', reject)
    })
    asked.on('error', reject)
    asked.end()
  })
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  const more = (await daemon.peakMemory()) - before
  const size = (bytes / 1_000_000).toFixed(1)
  return `GET of the group with its ${people.toLocaleString('en-US')} members: ${size} MB in ${seconds} s, for which the daemon took ${more} MiB more than ever before.`
}
