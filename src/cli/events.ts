/** The events of a plan as the daemon sends them (HTML, "Server-sent events"): each is one line of JSON. */
import { z } from 'zod'
import { type Progress, progress } from './answers.ts'
import type { Client } from './client.ts'

const heard = z.string().transform((text) => progress.parse(JSON.parse(text)))

/** How far the plan is, whenever that changes, until it has ended or the daemon ends the stream. */
export async function* eventsOf(client: Client, id: string): AsyncGenerator<Progress> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of await client.download(`/plans/${id}/events`, 'text/event-stream')) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.startsWith('data: ')) yield heard.parse(line.slice('data: '.length))
  }
}
