/** A closed loop of requests over a few kept connections: each connection sends its next request when the last was answered. */
import { Agent, request } from 'node:http'

export interface Call {
  method: string
  path: string
  body?: string
}

export interface Measured {
  /** Requests a second. */
  rate: number
  /** Milliseconds. */
  p50: number
  p99: number
}

const CONNECTIONS = 8

/** Sends calls for so many seconds, and says how many a second came back with a status that is right. */
export async function load(
  base: string,
  headers: Record<string, string>,
  seconds: number,
  next: () => Call,
  right: (status: number) => boolean,
): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const times: number[] = []
  const started = performance.now()
  const end = started + seconds * 1_000
  const connection = async () => {
    while (performance.now() < end) {
      const call = next()
      const from = performance.now()
      const { status, text } = await send(base, call, headers, agent)
      if (!right(status)) throw new Error(`${call.method} ${call.path} was answered ${status}: ${text.slice(0, 500)}`)
      times.push(performance.now() - from)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, connection))
  const took = (performance.now() - started) / 1_000
  agent.destroy()
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
  return { rate: times.length / took, p50: at(0.5), p99: at(0.99) }
}

export async function send(
  base: string,
  { method, path, body }: Call,
  headers: Record<string, string>,
  agent?: Agent,
): Promise<{ status: number; text: string }> {
  return await new Promise((resolve, reject) => {
    const more = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const options = { method, headers: { ...headers, ...more }, ...(agent && { agent }) }
    const sent = request(base + path, options, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
      answer.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
