/** Products that are set here, and not in the configuration file. */
import { z } from 'zod'
import { typed } from '../typed.ts'
import { product } from './answers.ts'
import { CliError, usage } from './exit.ts'
import { isGiven, readGiven } from './given.ts'
import { safe } from './render/text.ts'
import { count, number } from './render/words.ts'
import type { Session } from './session.ts'

export interface ProductOptions {
  name?: string
  seats?: string
  reserve?: string
  alias?: string[]
}

const set = product.extend({ note: z.string().nullable().default(null) })
type Set = z.infer<typeof set>

/** What the configuration file calls seats, the API calls owned: of a product there are also those that are used and free. */
const file = z.looseObject({ seats: z.unknown().optional() })

/** `product set KEY [FILE]`: what is not said stays as it is; a file says all of it. */
export async function setProduct(
  session: Session,
  key: string,
  named: string | undefined,
  options: ProductOptions,
): Promise<number> {
  const said = settingOf(options)
  const hasOptions = Object.keys(said).length > 0
  if (named === undefined && !hasOptions && !isGiven(session, undefined))
    throw usage('Nothing says what to set.', `Type: ${typed(`product set ${key} --name NAME --seats NUMBER`)}`)
  const base = named !== undefined || !hasOptions ? await fromFile(session, named) : await asItIs(session, key)
  const body = { ...base, ...said }
  const answer = await session.client.put(`/products/${encodeURIComponent(key)}`, body, set)
  return session.show(answer, tell(answer, 'is set'))
}

export async function retireProduct(session: Session, key: string): Promise<number> {
  const answer = await session.client.delete(`/products/${encodeURIComponent(key)}`, set)
  return session.show(answer, tell(answer, 'is retired'))
}

function settingOf({ name, seats, reserve, alias }: ProductOptions): Record<string, unknown> {
  return {
    ...(name !== undefined && { name }),
    ...(seats !== undefined && { owned: wholeNumber('--seats', seats) }),
    ...(reserve !== undefined && { reserve: wholeNumber('--reserve', reserve) }),
    ...(alias !== undefined && { aliases: alias.filter((one) => one !== '') }),
  }
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw usage(`${option} takes a number, not ${safe(text)}.`, `Write it as ${option} 20.`)
  return Number(text)
}

async function fromFile(session: Session, named: string | undefined): Promise<Record<string, unknown>> {
  const { seats, ...rest } = file.parse(await readGiven(session, named, '{ name: V-Ray, seats: 20 }'))
  return seats === undefined ? rest : { ...rest, owned: seats }
}

/** Empty where there is none yet, or one that is retired. */
async function asItIs(session: Session, key: string): Promise<Record<string, unknown>> {
  try {
    const { name, aliases, owned, reserve, retired } = await session.client.get(
      `/products/${encodeURIComponent(key)}`,
      product,
    )
    return retired ? {} : { name, aliases, owned, reserve }
  } catch (error) {
    if (error instanceof CliError && error.code === 'PRODUCT_NOT_FOUND') return {}
    throw error
  }
}

function tell({ name, key, owned, used, free, note }: Set, done: string): string {
  const seats = `${count(owned, 'seat')}, ${number(used)} used, ${number(free)} free`
  const next = done === 'is set' ? `Who gets it now: ${typed('plans')}\n` : ''
  return `${safe(name)} (${safe(key)}) ${done}: ${seats}.\n${note === null ? '' : `${safe(note)}\n`}${next}`
}
