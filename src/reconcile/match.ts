/**
 * Who is a newcomer of a source: nobody we know, somebody we know, or a question for a person.
 * Names are never compared; candidates were found by user name, by e-mail address, or by the external id of somebody deleted.
 */
import type { Adoption, Instant, LinkState, MemberState, Role } from './model.ts'

export interface MatchSource {
  id: number
  key: string
  trust: number
}

/** Somebody whom a source shows for the first time. */
export interface Newcomer {
  personId: number
  source: MatchSource
  anchor: string
  emailKey: string
  userNameKey: string | null
  /** The domain of the address, as in its comparison key. */
  domain: string
  name: string | null
}

export interface Candidate {
  personId: number
  email: string
  name: string | null
  by: 'user_name' | 'email' | 'external_id'
  member: { role: Role; state: MemberState; removedAt: Instant | null } | null
  /** The sources whose links point at the candidate. A link without a state is taken for one that may still change. */
  linkedSources: (MatchSource & { state?: LinkState; anchor?: string })[]
  /** Sources want the candidate, too, as a member under this very user name or address. */
  wants: boolean
}

/** A newcomer and somebody whom they could be, found by the store. */
export interface Pair {
  newcomer: number
  candidate: Candidate
}

export interface MatchPolicy {
  /** Domains that the organization has verified, as in comparison keys. */
  verifiedDomains: ReadonlySet<string>
  at: Instant
}

/** The newcomer is the candidate: their link, claims and grants go over to that person. */
export interface Match {
  kind: 'link'
  personId: number
  adoption: Adoption
}

/**
 * A question for a person; until it is answered, or nobody needs to ask it any more, nothing happens with the newcomer. With
 * `shared`, one user name or address for two rows of a source, nothing happens with the candidates either.
 */
export interface Decision {
  kind: 'adopt' | 'same_person' | 'ambiguous' | 'shared'
  newcomer: number
  sourceId: number
  anchor: string
  /** Whom the newcomer could be, ascending. */
  candidates: number[]
  code: 'ADOPTION_NEEDS_REVIEW' | 'AMBIGUOUS_MATCH'
  /** One sentence. */
  why: string
}

const YEAR_MS = 365 * 86_400_000

/** Answers for all newcomers at once; the order of the inputs does not matter. Newcomers without an answer are new people. */
export function match(newcomers: Newcomer[], pairs: Pair[], policy: MatchPolicy): (Match | Decision)[] {
  const known = new Map(newcomers.map((one) => [one.personId, one]))
  const paired = Map.groupBy(pairs, (pair) => pair.newcomer)
  const found = new Map<number, Candidate[]>()
  for (const newcomer of known.values()) found.set(newcomer.personId, candidatesOf(newcomer, paired, known, policy))
  const claims = [...known.values()].flatMap((newcomer) =>
    (found.get(newcomer.personId) ?? []).map((candidate) => ({ newcomer, candidate: candidate.personId })),
  )
  const claimedBy = Map.groupBy(claims, (claim) => claim.candidate)
  return [...known.values()]
    .sort((a, b) => a.personId - b.personId)
    .flatMap((newcomer) => {
      const twins = twinsOf(newcomer, paired)
      if (twins.length > 0) return [shared(newcomer, twins)]
      const candidates = found.get(newcomer.personId) ?? []
      return candidates.length === 0 ? [] : [answer(newcomer, candidates, claimedBy, policy)]
    })
}

/** People whom the newcomer's own source shows under another id and who are to have the same user name or address. */
function twinsOf(newcomer: Newcomer, paired: Paired): Candidate[] {
  const twins = (paired.get(newcomer.personId) ?? [])
    .map((pair) => pair.candidate)
    .filter((one) => one.wants && one.personId !== newcomer.personId && otherAnchor(newcomer, one))
  return [...new Map(twins.map((one) => [`${one.personId} ${one.by}`, one])).values()].sort(
    (a, b) => a.personId - b.personId || (a.by < b.by ? -1 : 1),
  )
}

/** Two members never have one user name or address: either the rows are one person, or one of them is wrong. */
function shared(newcomer: Newcomer, twins: Candidate[]): Decision {
  const { source, anchor } = newcomer
  const row = (name: string, id: string) => `${name} (${source.key} ${id})`
  const others = twins.map((one) => {
    const link = one.linkedSources.find((link) => link.id === source.id && link.state === 'linked')
    return row(one.name ?? one.email, link?.anchor ?? one.email)
  })
  const rows = [...new Set([row(newcomer.name ?? newcomer.emailKey, anchor), ...others])].sort()
  const what = twins.some((one) => one.by === 'email')
    ? `the address ${newcomer.emailKey}`
    : `the user name ${newcomer.userNameKey ?? ''}`
  return {
    kind: 'shared',
    newcomer: newcomer.personId,
    sourceId: source.id,
    anchor,
    candidates: [...new Set(twins.map((one) => one.personId))],
    code: 'AMBIGUOUS_MATCH',
    why: `${rows.join(' and ')} have ${what}. Correct it in ${source.key}; or link them, if they are one person.`,
  }
}

type Paired = ReadonlyMap<number, Pair[]>

/** The candidates of the first step that finds any: by user name, then by e-mail. */
function candidatesOf(
  newcomer: Newcomer,
  paired: Paired,
  known: Map<number, Newcomer>,
  policy: MatchPolicy,
): Candidate[] {
  const open = new Map<string, Candidate>()
  for (const { candidate } of paired.get(newcomer.personId) ?? []) {
    if (candidate.personId === newcomer.personId) continue
    if (longGone(candidate, policy.at) || otherAnchor(newcomer, candidate)) continue
    const back = known.get(candidate.personId)
    const mutual =
      paired.get(candidate.personId)?.some((pair) => pair.candidate.personId === newcomer.personId) ?? false
    if (back !== undefined && mutual && !adoptsTheOther(newcomer, back)) continue
    open.set(`${candidate.by} ${candidate.personId}`, candidate)
  }
  const all = [...open.values()].sort((a, b) => a.personId - b.personId)
  const byName = all.filter((one) => one.by === 'user_name')
  return byName.length > 0 ? byName : all
}

/** Two newcomers found in each other are joined in one direction only: the better trusted source adopts. */
function adoptsTheOther(one: Newcomer, other: Newcomer): boolean {
  return (one.source.trust - other.source.trust || one.personId - other.personId) > 0
}

/** Removed a year ago or longer: the address may belong to somebody else by now, and nothing is left to adopt. */
function longGone(candidate: Candidate, at: Instant): boolean {
  const { member } = candidate
  if (member?.state !== 'removed') return false
  return member.removedAt === null || Date.parse(at) - Date.parse(member.removedAt) >= YEAR_MS
}

/** Whoever the same source shows right now under another id is somebody else: two rows are two people. */
function otherAnchor(newcomer: Newcomer, candidate: Candidate): boolean {
  return candidate.linkedSources.some((link) => link.id === newcomer.source.id && link.state === 'linked')
}

function answer(
  newcomer: Newcomer,
  candidates: Candidate[],
  claimedBy: ReadonlyMap<number, { newcomer: Newcomer }[]>,
  policy: MatchPolicy,
): Match | Decision {
  const base = {
    newcomer: newcomer.personId,
    sourceId: newcomer.source.id,
    anchor: newcomer.anchor,
    candidates: candidates.map((one) => one.personId),
  }
  const who = `${newcomer.name ?? newcomer.emailKey} of ${newcomer.source.key}`
  const [only] = candidates
  const rivals = candidates
    .flatMap((one) => claimedBy.get(one.personId) ?? [])
    .map((claim) => claim.newcomer)
    .filter((one) => one !== newcomer)
  if (only === undefined || candidates.length > 1) {
    const emails = candidates.map((one) => one.email)
    const why = `${who} could be ${emails.slice(0, -1).join(', ')} or ${emails.at(-1) ?? ''}.`
    return { ...base, kind: 'ambiguous', code: 'AMBIGUOUS_MATCH', why }
  }
  if (rivals.length > 0) {
    const others = rivals.map((one) => `${one.name ?? one.emailKey} (${one.source.key} ${one.anchor})`).sort()
    const why = `${who} could be ${only.email}, and so could ${others.join(', ')}.`
    return { ...base, kind: 'ambiguous', code: 'AMBIGUOUS_MATCH', why }
  }
  const code = 'ADOPTION_NEEDS_REVIEW'
  if (only.member?.state === 'removed' && only.by !== 'external_id') {
    const day = only.member.removedAt?.slice(0, 10) ?? ''
    const why = `${only.email} was removed on ${day}, and ${newcomer.source.key} shows that address under another id.`
    return { ...base, kind: 'same_person', code, why }
  }
  if (only.linkedSources.some((link) => link.id === newcomer.source.id)) {
    const why =
      only.by === 'external_id'
        ? `${newcomer.source.key} deleted ${only.email} and shows ${newcomer.emailKey || newcomer.anchor} with the same external id now.`
        : `${newcomer.source.key} showed ${only.email} under another id before.`
    return { ...base, kind: 'same_person', code, why }
  }
  const doubt = doubtOf(newcomer, only, policy)
  if (doubt !== null) return { ...base, kind: 'adopt', code, why: `${only.email} exists and ${doubt}.` }
  const adoption = {
    fromPersonId: newcomer.personId,
    sourceId: newcomer.source.id,
    anchor: newcomer.anchor,
    by: only.by,
  }
  return { kind: 'link', personId: only.personId, adoption }
}

function doubtOf(newcomer: Newcomer, candidate: Candidate, policy: MatchPolicy): string | null {
  const role = candidate.member?.role ?? 'member'
  if (role !== 'member') return `has the role ${role}`
  const above = candidate.linkedSources
    .filter((link) => link.state !== 'released' && link.trust >= newcomer.source.trust)
    .map((link) => link.key)
    .sort()
  if (above.length > 0) return `is linked to ${above.join(', ')}, which is trusted as much or more`
  if (!policy.verifiedDomains.has(newcomer.domain)) return `${newcomer.domain} is not one of the verified domains`
  return null
}
