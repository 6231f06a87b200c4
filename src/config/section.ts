/** A product, a rule or limits that somebody gives through the API: checked as if they stood in the file, with the same sentences. */
import type { Limits } from '../reconcile/guard.ts'
import type { ProductConfig, RuleConfig } from './config.ts'
import { crossCheck } from './cross-check.ts'
import { type Path, pathText } from './problem.ts'
import { fileSchema, type OrganizationSection } from './schema.ts'
import { problemsOf } from './sentences.ts'
import { slug } from './setting.ts'

/** What a rule may speak of, whoever set it. */
export interface Surroundings {
  /** Key of the organization. */
  organization: string
  products: ProductConfig[]
  /** Keys of the sources of the file. */
  sources: string[]
}

/** What was given, complete; or one sentence per mistake. */
export type Checked<T> = { ok: true; value: T } | { ok: false; problems: string[] }

export function checkRule(around: Surroundings, key: string, given: unknown): Checked<RuleConfig> {
  const read = check(around, 'rules', key, given)
  if (!read.ok) return read
  const rule = read.value.rules[key]
  if (rule === undefined) return wrong(NO_KEY)
  const { source = around.sources[0], ...rest } = rule
  // A rule of the file that names none speaks of the one there is; here it must go on to do so when the file gets another.
  if (source === undefined)
    return wrong('There is no source that a rule could speak of; sources stand in the configuration file.')
  return { ok: true, value: { key, source, ...rest } }
}

/** Names that another product has are not its business: who has them is known better where products are kept. */
export function checkProduct({ key, ...product }: ProductConfig, organization: string): Checked<ProductConfig> {
  const read = check({ organization, products: [], sources: [] }, 'products', key, product)
  if (!read.ok) return read
  const checked = read.value.products[key]
  return checked === undefined ? wrong(NO_KEY) : { ok: true, value: { key, ...checked } }
}

export function checkLimits(given: unknown, organization: string): Checked<Limits> {
  const read = check({ organization, products: [], sources: [] }, 'limits', null, given)
  if (!read.ok) return read
  const { limits } = read.value
  return limits === undefined ? wrong('limits is missing.') : { ok: true, value: limits }
}

const wrong = (problem: string) => ({ ok: false as const, problems: [problem] })
const NO_KEY = 'This cannot be a key.'

/** Puts the part into a file that holds nothing else, and reads that. */
function check(
  { organization, products, sources }: Surroundings,
  section: 'products' | 'rules' | 'limits',
  key: string | null,
  given: unknown,
): Checked<OrganizationSection> {
  const fault = faultOf(given, DEEPEST)
  if (fault !== null) return wrong(fault)
  const isKey = key === null ? null : slug.safeParse(key)
  if (isKey?.success === false)
    return wrong(`The key ${JSON.stringify(key?.slice(0, 60))} ${isKey.error.issues[0]?.message ?? NO_KEY}.`)
  const known = products.map(({ key: product, ...rest }) => [product, rest] as const)
  const whole = {
    name: organization,
    sources: Object.fromEntries(sources.map((source) => [source, { kind: 'csv' }])),
    products: Object.fromEntries(known),
    [section]: key === null ? given : { [key]: given },
  }
  const value = { organizations: { [organization]: whole } }
  const parsed = fileSchema.safeParse(value)
  const inside = (sentence: string) => sentence.replaceAll(`organizations.${organization}.`, '')
  if (!parsed.success) {
    const issues = problemsOf(parsed.error.issues, { value, problems: [], place: () => ({ line: 1, column: 1 }) })
    return { ok: false, problems: issues.map(({ message }) => inside(message)) }
  }
  const base = pathText(['organizations', organization, section, ...(key === null ? [] : [key])])
  const isHere = (path: Path) => `${pathText(path)}.`.startsWith(`${base}.`) || pathText(path).startsWith(`${base}[`)
  const doubts = crossCheck(parsed.data).filter(({ path, severity }) => severity === 'error' && isHere(path))
  if (doubts.length > 0) return { ok: false, problems: doubts.map(({ message }) => inside(message)) }
  const read = parsed.data.organizations[organization]
  return read === undefined ? wrong(NO_KEY) : { ok: true, value: read }
}

/** What is wrong with a condition is looked for alternative by alternative, so that each level costs twice as much as the one below. */
const DEEPEST = 14

function faultOf(value: unknown, levels: number): string | null {
  if (typeof value === 'string')
    return value.includes('\0') || !value.isWellFormed() ? 'It holds characters that cannot be stored.' : null
  if (typeof value !== 'object' || value === null) return null
  if (levels === 0) return `It is nested more than ${DEEPEST} levels deep; write it with fewer.`
  for (const [key, inner] of Object.entries(value)) {
    const fault = faultOf(key, 0) ?? faultOf(inner, levels - 1)
    if (fault !== null) return fault
  }
  return null
}
