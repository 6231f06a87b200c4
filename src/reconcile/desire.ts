/** From what each source wants to what all of them together want of one person. */
import { currentRows, goneRows } from './leaving.ts'
import type { Claim, Desired, DirectoryRow, Profile, Role } from './model.ts'

const RANK: Record<Role, number> = { member: 0, admin: 1, owner: 2 }

export interface SourceRank {
  /** Higher is believed first. */
  trust: number
  key: string
  /** What becomes of somebody whom this source says is gone and whom another one still wants. */
  othersKeep?: 'suspended' | 'active' | null
  /** One that left the configuration takes nobody's access any more. */
  connected?: boolean
}

/**
 * The union over sources; but whoever an identity provider deactivated or deleted is suspended while others still want them, unless
 * its setting says otherwise: it is where people lose their access. The profile takes each attribute from the most trusted source that has a value (ties by the
 * source's key); rows of sources that still want the person come before rows that do not. What a person typed by hand
 * counts only until a source has told more, so a source's departure does not bring an old address back.
 *
 * @param protectedNow some row of the person matched a rule with `protect`. Once no row is left, the stored answer stays.
 */
export function desire(
  personId: number,
  rows: DirectoryRow[],
  claims: Claim[],
  previous: Desired | null,
  sources: ReadonlyMap<number, SourceRank>,
  protectedNow: boolean,
): Desired {
  const wanted = claims.length > 0
  const gone = goneRows(rows)
  const ended = gone.some((row) => endsAccess(sources.get(row.sourceId)))
  const { profile, profileSourceId } = profileOf(currentRows(rows), claims, previous, sources)
  return {
    personId,
    wanted,
    status: wanted && (ended || claims.every((claim) => claim.status === 'suspended')) ? 'suspended' : 'active',
    leaver: !wanted && gone.length > 0,
    role: wanted ? highest(claims.map((claim) => claim.role)) : (previous?.role ?? 'member'),
    startAt: earliest(claims.map((claim) => claim.startAt)),
    protected: rows.length === 0 ? (previous?.protected ?? false) : protectedNow,
    profile,
    profileSourceId,
  }
}

function endsAccess(source: SourceRank | undefined): boolean {
  return source?.othersKeep === 'suspended' && source.connected !== false
}

function profileOf(
  rows: DirectoryRow[],
  claims: Claim[],
  previous: Desired | null,
  sources: ReadonlyMap<number, SourceRank>,
): Pick<Desired, 'profile' | 'profileSourceId'> {
  const claiming = new Set(claims.map((claim) => claim.sourceId))
  const live = rows.filter((row) => claiming.has(row.sourceId))
  const ranked = [...(live.length > 0 ? live : rows)].sort((a, b) => compareRows(a, b, sources))
  const told = ranked.filter((row) => !isManual(row.sourceId, sources))
  const known = previous?.profile ?? null
  const knownFrom = previous?.profileSourceId ?? null
  if (told.length === 0 && known !== null && !(knownFrom === null || isManual(knownFrom, sources))) {
    return { profile: known, profileSourceId: knownFrom }
  }
  const [best] = ranked
  if (best === undefined) return { profile: known, profileSourceId: knownFrom }
  const first = <K extends keyof Profile>(key: K) =>
    ranked.find((row) => row.profile[key] !== null)?.profile[key] ?? null
  const named = ranked.find((row) => row.profile.userNameKey !== null) ?? best
  // An address that is gone does not overwrite the one that there was.
  const mailed = ranked.find((row) => row.profile.emailKey !== '')
  return {
    profile: {
      email: mailed?.profile.email ?? known?.email ?? '',
      emailKey: mailed?.profile.emailKey ?? known?.emailKey ?? '',
      userName: named.profile.userName,
      userNameKey: named.profile.userNameKey,
      firstName: first('firstName'),
      lastName: first('lastName'),
      displayName: first('displayName'),
      language: first('language'),
    },
    profileSourceId: (mailed ?? best).sourceId,
  }
}

function isManual(sourceId: number, sources: ReadonlyMap<number, SourceRank>): boolean {
  return sources.get(sourceId)?.key === 'manual'
}

/** Trust first; what was typed by hand after every source; then keys, so that ids never decide. */
function compareRows(a: DirectoryRow, b: DirectoryRow, sources: ReadonlyMap<number, SourceRank>): number {
  const byHand = Number(isManual(a.sourceId, sources)) - Number(isManual(b.sourceId, sources))
  if (byHand !== 0) return byHand
  const trust = (sources.get(b.sourceId)?.trust ?? 0) - (sources.get(a.sourceId)?.trust ?? 0)
  if (trust !== 0) return trust
  return (
    compareText(sources.get(a.sourceId)?.key ?? '', sources.get(b.sourceId)?.key ?? '') ||
    compareText(a.anchorKey, b.anchorKey)
  )
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** The role with the most rights. */
export function highest(roles: Role[]): Role {
  return roles.reduce<Role>((best, role) => (RANK[role] > RANK[best] ? role : best), 'member')
}

/** The first day on which somebody wants the person; null = now. */
export function earliest(starts: (string | null)[]): string | null {
  const dated = starts.filter((start) => start !== null)
  if (dated.length < starts.length || dated.length === 0) return null
  return dated.reduce((a, b) => (a < b ? a : b))
}
