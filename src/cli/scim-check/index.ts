/** `scim check URL`: tries a running endpoint as identity providers would, and says in plain words what they would meet. */
import { DONE, FAILED, usage } from '../exit.ts'
import { painter } from '../render/colour.ts'
import { safe } from '../render/text.ts'
import type { Terminal } from '../terminal.ts'
import { CHECKS } from './checks.ts'
import { Endpoint, Unreachable } from './endpoint.ts'
import type { Finding } from './reading.ts'

interface Told extends Finding {
  name: string
}

/** One line a check; exit code 1 when one of them fails. Nothing is written there. */
export async function checkScim(
  terminal: Terminal,
  given: string,
  options: { json?: boolean | undefined },
): Promise<number> {
  const url = addressOf(given)
  const endpoint = new Endpoint(url, await tokenOf(terminal))
  const paint = painter(terminal.colours)
  const told: Told[] = []
  const tell = (one: Told) => {
    told.push(one)
    if (options.json === true) return
    const mark = { ok: paint.good('ok   '), note: paint.warn('note '), fault: paint.bad('FAULT') }[one.verdict]
    terminal.out(`${mark}  ${one.name}: ${safe(one.saw)}${one.next === '' ? '' : ` ${safe(one.next)}`}\n`)
  }
  let skipped = 0
  for (const [index, check] of CHECKS.entries()) {
    const found = await check.run(endpoint).catch(saidBy)
    tell({ name: check.name, ...found })
    if (found.verdict !== 'fault' || check.essential !== true) continue
    skipped = CHECKS.length - index - 1
    break
  }
  const faults = told.filter(({ verdict }) => verdict === 'fault').length
  const good = faults === 0
  if (options.json === true)
    terminal.out(`${JSON.stringify({ url: url.href, ok: good, checks: told, skipped }, null, 2)}\n`)
  else terminal.out(`\n${summary(faults, skipped)}\n`)
  return good ? DONE : FAILED
}

function summary(faults: number, skipped: number): string {
  if (faults === 0) return 'An identity provider can use this endpoint.'
  const rest = skipped === 0 ? '' : ` ${skipped} further checks make no sense before.`
  return `${faults === 1 ? '1 fault' : `${faults} faults`}; an identity provider would stumble over ${faults === 1 ? 'it' : 'them'}.${rest}`
}

function saidBy(error: unknown): Finding {
  if (!(error instanceof Unreachable)) throw error
  return { verdict: 'fault', saw: error.message, next: error.next }
}

/** @throws CliError with exit code 2 for what is no base URL */
function addressOf(given: string): URL {
  const url = URL.parse(given)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw usage(`${given} is not a URL.`, 'Give the base URL, such as https://rosterd.acme.example/scim/v2')
  url.hash = ''
  return url
}

/** @throws CliError with exit code 2 where there is none */
async function tokenOf(terminal: Terminal): Promise<string> {
  const given =
    terminal.env['ROSTERD_SCIM_TOKEN'] ??
    (terminal.piped ? await terminal.piped() : terminal.interactive ? await terminal.ask('Token: ') : '')
  const token = given.trim().replace(/^Bearer\s+/i, '')
  if (token === '')
    throw usage('A token of the source is needed.', 'Set ROSTERD_SCIM_TOKEN, or write the token to standard input.')
  // Whatever else a header cannot carry would be told as a fault of the network.
  if (!/^[\x21-\x7e]+$/.test(token))
    throw usage(
      'What was given is no token: it holds blanks or other characters that no token has.',
      'Copy it once more, without anything around it.',
    )
  return token
}
