/** Whom a command is about, and what it asks for, as options say it: checked here as far as no daemon is needed. */
import type { Verb } from '../reconcile/operation.ts'
import { typed } from '../typed.ts'
import { usage } from './exit.ts'

/** Options of the four verbs; a command has those that make sense for it. */
export interface HandOptions {
  csv?: string
  user?: string[]
  where?: string
  product?: string[]
  allProducts?: boolean
  expires?: string
  role?: string
  wait?: boolean
  revokeFirst?: boolean
  untilNextSync?: boolean
  for?: string
  always?: boolean
  reason?: string
  encoding?: string
  delimiter?: string
  dateOrder?: string
  column?: string[]
  quiet?: boolean
  again?: boolean
  dryRun?: boolean
}

/** A file on this machine, addresses, or a filter over members. */
export type Selected = { csv: string } | { users: string[] } | { where: string }

/**
 * Whom the options name.
 *
 * @throws CliError (wrong usage) unless exactly one of --csv, --user and --where is given
 */
export function selectionOf(verb: Verb, { csv, user, where }: HandOptions): Selected {
  const said: Selected[] = []
  if (csv !== undefined) said.push({ csv })
  if (user !== undefined) said.push({ users: user })
  if (where !== undefined) said.push({ where })
  const [selected, another] = said
  if (selected === undefined)
    throw usage(`Nobody to ${verb}.`, `Type: ${typed(`${verb} --user E-MAIL`)} or ${typed(`${verb} --csv FILE`)}`)
  if (another !== undefined)
    throw usage('People are named in several ways.', 'Give one of --csv, --user and --where; --user more than once.')
  return selected
}

/** How a file is to be read, as the address of the upload has it; what is not declared is found out. */
export function readingOf({ encoding, delimiter, dateOrder, column = [] }: HandOptions): URLSearchParams {
  const query = new URLSearchParams()
  if (encoding !== undefined) query.set('encoding', encoding)
  if (delimiter !== undefined) query.set('delimiter', DELIMITERS[delimiter] ?? delimiter)
  if (dateOrder !== undefined) query.set('dateOrder', dateOrder)
  if (column.length > 0) query.set('columns', JSON.stringify(Object.fromEntries(column.map(mapped))))
  return query
}

const DELIMITERS: Readonly<Record<string, string>> = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' }

/** `Badge=external_id`; a header may hold an equals sign, a field never does. */
function mapped(given: string): [string, string] {
  const at = given.lastIndexOf('=')
  if (at > 0 && at < given.length - 1) return [given.slice(0, at), given.slice(at + 1)]
  throw usage(`--column ${given} does not say what the column is.`, 'Type, for example: --column Badge=external_id')
}

/** What is asked of whoever is selected, as the daemon reads it. */
export function askedOf(verb: Verb, options: HandOptions): object {
  const { product, allProducts, expires, dateOrder, role, wait, revokeFirst, reason, quiet, again } = options
  const pin = pinOf(options)
  if ((options.encoding ?? options.delimiter ?? options.column) !== undefined && options.csv === undefined)
    throw usage(
      '--encoding, --delimiter and --column say how a file is read.',
      'Give a file with --csv, or leave them out.',
    )
  return {
    verb,
    ...(product !== undefined && { products: product }),
    ...(allProducts && { allProducts }),
    ...(expires !== undefined && { expires }),
    ...(expires !== undefined && dateOrder !== undefined && { dateOrder }),
    ...(role !== undefined && { role }),
    ...(wait && { wait }),
    ...(revokeFirst && { revokeFirst }),
    ...(pin !== undefined && { pin }),
    ...(reason !== undefined && { reason }),
    ...(quiet && { quiet }),
    ...(again && { again }),
  }
}

/** How long it holds against sources; undefined where nothing is said. */
function pinOf(options: HandOptions): 'next_sync' | 'always' | { days: number } | undefined {
  const { untilNextSync, for: days, always } = options
  const said = [untilNextSync === true, days !== undefined, always === true].filter(Boolean).length
  if (said > 1)
    throw usage('It is said in several ways how long this holds.', 'Give one of --until-next-sync, --for and --always.')
  if (untilNextSync) return 'next_sync'
  if (always) return 'always'
  if (days === undefined) return undefined
  const [, number] = /^(\d{1,4})d?$/.exec(days) ?? []
  if (number === undefined) throw usage(`--for needs a number of days, not ${days}.`, 'Type, for example: --for 30')
  return { days: Number(number) }
}
