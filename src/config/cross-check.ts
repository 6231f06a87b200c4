/** What no single setting can know of itself: names that must exist, names that may exist only once. */
import { nameKey, readEmail } from '../reconcile/normalise.ts'
import { ruleSchema } from '../reconcile/rules.ts'
import type { Path } from './problem.ts'
import type { ConfigFile, OrganizationSection } from './schema.ts'
import { similar } from './similar.ts'
import type { ScimSection } from './source-schema.ts'

export interface Doubt {
  path: Path
  /** Point at the key, or at the value behind it. */
  at: 'key' | 'value'
  message: string
  severity: 'error' | 'warning'
}

/** Sources that exist without being configured: what people do by hand, and what they upload. */
const BUILT_IN = ['manual', 'upload']

/** Checks a file that has the right shape. */
export function crossCheck(file: ConfigFile): Doubt[] {
  const doubts = Object.entries(file.organizations).flatMap(([key, organization]) => [
    ...checkProducts(['organizations', key, 'products'], organization),
    ...checkRules(['organizations', key, 'rules'], organization),
    ...checkSources(['organizations', key, 'sources'], organization),
    ...checkPeople(['organizations', key], organization),
  ])
  return [...doubts, ...checkRoles(file)]
}

/** A role that a provider gives for an organization which is not there would be nobody's. */
function checkRoles({ console, organizations }: ConfigFile): Doubt[] {
  const keys = Object.keys(organizations)
  return Object.entries(console?.oidc?.roles ?? {}).flatMap(([value, given]) =>
    (typeof given === 'string' ? [] : Object.keys(given))
      .filter((key) => !keys.includes(key))
      .map((key) => {
        const path = ['console', 'oidc', 'roles', value, key]
        return error(path, 'key', `There is no organization ${key}. ${hint(key, keys)}`)
      }),
  )
}

const error = (path: Path, at: Doubt['at'], message: string): Doubt => ({ path, at, message, severity: 'error' })
const warning = (path: Path, at: Doubt['at'], message: string): Doubt => ({ path, at, message, severity: 'warning' })

/** A cell of a file that says "V-Ray" must mean one product. */
function checkProducts(base: Path, organization: OrganizationSection): Doubt[] {
  const doubts: Doubt[] = []
  const taken = new Map<string, string>()
  for (const [key, product] of Object.entries(organization.products)) {
    const names: [Path, string][] = [
      [[...base, key], key],
      [[...base, key, 'name'], product.name],
      ...product.aliases.map((alias, at): [Path, string] => [[...base, key, 'aliases', at], alias]),
    ]
    for (const [path, name] of names) {
      const owner = taken.get(nameKey(name))
      if (owner !== undefined && owner !== key) {
        const at = path.length === base.length + 1 ? 'key' : 'value'
        doubts.push(
          error(path, at, `"${name}" already means the product ${owner}; names, keys and aliases must differ.`),
        )
      }
      if (owner === undefined) taken.set(nameKey(name), key)
    }
    if (product.reserve > product.seats) {
      doubts.push(
        error(
          [...base, key, 'reserve'],
          'value',
          `${key} reserves ${product.reserve} of ${product.seats} seats; it cannot be more than there are.`,
        ),
      )
    }
  }
  return doubts
}

function checkRules(base: Path, organization: OrganizationSection): Doubt[] {
  const sources = Object.keys(organization.sources).filter((source) => !BUILT_IN.includes(source))
  return Object.entries(organization.rules).flatMap(([key, rule]) => {
    const path = [...base, key]
    const doubts: Doubt[] = []
    if (rule.source === undefined) {
      if (sources.length > 1)
        doubts.push(error(path, 'key', `Rule ${key} must say of which source it speaks: ${sources.join(', ')}.`))
    } else if (!sources.includes(rule.source) && rule.source !== 'manual') {
      doubts.push(
        error([...path, 'source'], 'value', `There is no source ${rule.source}. ${hint(rule.source, sources)}`),
      )
    }
    for (const [at, one] of rule.then.entries()) {
      if (!('product' in one) || Object.hasOwn(organization.products, one.product)) continue
      const where = [...path, 'then', at, 'product']
      doubts.push(
        error(where, 'value', `There is no product ${one.product}. ${productHint(one.product, organization)}`),
      )
    }
    const whole = ruleSchema.safeParse({ ...rule, key })
    for (const issue of whole.error?.issues ?? []) {
      const at = issue.path.filter((step) => typeof step !== 'symbol')
      doubts.push(
        error([...path, ...at], 'value', `${issue.message.charAt(0).toUpperCase()}${issue.message.slice(1)}.`),
      )
    }
    return doubts
  })
}

function checkSources(base: Path, organization: OrganizationSection): Doubt[] {
  const rules = Object.values(organization.rules)
  return Object.entries(organization.sources).flatMap(([key, source]) => {
    if (BUILT_IN.includes(key))
      return [error([...base, key], 'key', `The name ${key} is taken by rosterd itself; choose another.`)]
    const doubts = source.kind === 'scim' ? checkScim([...base, key], source) : []
    const spoken = rules.some((rule) => rule.source === undefined || rule.source === key)
    if (!spoken)
      doubts.unshift(warning([...base, key], 'key', `No rule speaks of the source ${key}, so it brings nobody in.`))
    return doubts
  })
}

function checkScim(path: Path, source: ScimSection): Doubt[] {
  const doubts: Doubt[] = []
  for (const name of ['quiet', 'urgent_quiet'] as const) {
    if (source[name] <= source.longest_wait) continue
    doubts.push(
      error([...path, name], 'value', `${name} is longer than longest_wait, after which a plan is made anyway.`),
    )
  }
  const { burst, per_second } = source.rate
  if (burst < per_second)
    doubts.push(
      error(
        [...path, 'rate', 'burst'],
        'value',
        `burst (${burst}) must not be smaller than per_second (${per_second}), or that rate is never reached.`,
      ),
    )
  // URNs have no case (RFC 7643 §2.1), the keys of a file do.
  const urns = Object.keys(source.extensions)
  for (const [at, urn] of urns.entries()) {
    if (!urns.slice(0, at).some((one) => one.toLowerCase() === urn.toLowerCase())) continue
    doubts.push(error([...path, 'extensions', urn], 'key', `The schema ${urn} stands here twice.`))
  }
  return doubts
}

function checkPeople(base: Path, organization: OrganizationSection): Doubt[] {
  const doubts: Doubt[] = []
  const once = (list: string, emails: string[], below: Path) => {
    const seen = new Set<string>()
    for (const [at, email] of emails.entries()) {
      const reading = readEmail(email)
      const key = reading.ok ? reading.key : email
      if (seen.has(key)) doubts.push(error([...base, list, at, ...below], 'value', `${email} stands here twice.`))
      seen.add(key)
    }
  }
  once(
    'administrators',
    organization.administrators.map(({ email }) => email),
    ['email'],
  )
  once('protected', organization.protected, [])
  if (organization.administrators.length === 0) {
    doubts.push(
      warning(base, 'key', `${organization.name} has no administrators, so nobody gets a letter when a plan waits.`),
    )
  }
  return doubts
}

function hint(word: string, known: string[]): string {
  const guess = similar(word, known)
  if (guess !== null) return `Did you mean ${guess}?`
  return known.length === 0 ? 'None is configured.' : `Possible: ${known.join(', ')}.`
}

function productHint(word: string, organization: OrganizationSection): string {
  const products = Object.entries(organization.products)
  const byName = products.find(([, { name, aliases }]) =>
    [name, ...aliases].some((one) => nameKey(one) === nameKey(word)),
  )
  return byName === undefined ? hint(word, Object.keys(organization.products)) : `Did you mean ${byName[0]}?`
}
