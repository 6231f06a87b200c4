/** One batch of the mirror: the marked resources as they are now, what they mean, and what of it differs from the directory. */
import { isGone } from '../reconcile/leaving.ts'
import { type MirrorRow, mirrorIdentity, mirrorRow, mirrorRowText } from '../reconcile/mirror-row.ts'
import { nextChange } from '../store/changes.ts'
import type { Transaction } from '../store/connection.ts'
import {
  bearPeople,
  type KnownUser,
  linkReturns,
  type MirrorVersion,
  notePushed,
  type Return,
  readKnown,
  rowHash,
  writeGroupNames,
  writeVersions,
} from '../store/mirror-directory.ts'
import {
  findTombstones,
  type MarkedGroup,
  type MarkedUser,
  type MirrorMark,
  placeKey,
  readCountedGroups,
  readMarkedGroups,
  readMarkedUsers,
  readSuccessors,
} from '../store/mirror-read.ts'

/** Reads what these marks name, in the transaction that took them; returns how many rows of the directory changed. */
export async function readBatch(
  transaction: Transaction,
  organization: number,
  marks: MirrorMark[],
  at: Date,
): Promise<number> {
  if (marks.length === 0) return 0
  let number: Promise<number> | undefined
  const change = () => {
    number ??= nextChange(transaction, organization, at, 'mirror')
    return number
  }
  const marked = await readMarkedUsers(transaction, organization, distinct(marks, 'User'))
  // Who was deleted and made again in the same breath must not be removed in between.
  const gone = marked.filter((one) => one.deleted)
  const again = await readSuccessors(transaction, organization, gone)
  const users = [...new Map([...marked, ...again].map((user) => [placeKey(user), user])).values()]
  const groups = await readCountedGroups(transaction, organization, users)
  await nameGroups(transaction, organization, marks, groups, change)
  const known = await readKnown(transaction, organization, users)
  const back = await returnsOf(transaction, organization, users, known)
  if (back.length > 0) await linkReturns(transaction, organization, back, await change(), at)
  const found = users.flatMap((user) => reading(user, groups, known, back))
  const born = found.filter((one) => one.personId === null)
  const people =
    born.length > 0 ? await bearPeople(transaction, organization, born, await change(), at) : new Map<string, number>()
  const hurried = new Set(marks.filter((mark) => mark.urgent).map(placeKey))
  const versions: MirrorVersion[] = []
  const pushed: { personId: number; urgent: boolean }[] = []
  for (const one of found) {
    const personId = one.personId ?? people.get(placeKey(one))
    if (personId === undefined) throw new Error('a resource without a person')
    const differs = one.before?.hash !== one.hash
    // What is said later of somebody who is gone already, as identity providers do at once, is as urgent as that they are.
    const wasThere = differs && one.before?.hash != null
    const urgent = isGone(one.row.status) && (hurried.has(placeKey(one)) || wasThere)
    if (differs) versions.push({ ...one, personId })
    if (differs || urgent) pushed.push({ personId, urgent })
  }
  if (versions.length > 0) await writeVersions(transaction, organization, versions, await change(), at)
  await notePushed(transaction, organization, pushed, at)
  return versions.length
}

/** Each resource of the type once. */
function distinct(marks: MirrorMark[], type: string): MirrorMark[] {
  return [...new Map(marks.filter((mark) => mark.type === type).map((mark) => [placeKey(mark), mark])).values()]
}

/** The names of marked groups, and of groups that marked people are in. */
async function nameGroups(
  transaction: Transaction,
  organization: number,
  marks: MirrorMark[],
  groups: ReadonlyMap<string, MarkedGroup[]>,
  change: () => Promise<number>,
): Promise<void> {
  const named = await readMarkedGroups(transaction, organization, distinct(marks, 'Group'))
  await writeGroupNames(transaction, organization, [...named, ...[...groups.values()].flat()], change)
}

/**
 * Who of these newcomers was deleted before and is back under another id: the same external id, and the same user name or address.
 * Where only one of them agrees, or several people were called so, they are newcomers, and a person is asked.
 */
async function returnsOf(
  transaction: Transaction,
  organization: number,
  users: MarkedUser[],
  known: ReadonlyMap<string, KnownUser>,
): Promise<Return[]> {
  const fresh = new Map(
    users.filter((user) => !user.deleted && !known.has(placeKey(user))).map((user) => [placeKey(user), user]),
  )
  const tombstones = await findTombstones(transaction, organization, [...fresh.values()])
  const agreeing = tombstones.filter((one) => {
    const user = fresh.get(placeKey({ source: one.source, id: one.fresh }))
    if (user === undefined) return false
    const [now, then] = [mirrorIdentity(user), mirrorIdentity(one)]
    return (
      (now.userNameKey !== null && now.userNameKey === then.userNameKey) ||
      (now.emailKey !== '' && now.emailKey === then.emailKey)
    )
  })
  const candidates = Map.groupBy(agreeing, (one) => placeKey({ source: one.source, id: one.fresh }))
  const taken = new Set<string>()
  return [...fresh].flatMap(([key, { source, id }]) => {
    const [personId, ...others] = new Set((candidates.get(key) ?? []).map((one) => one.personId))
    const person = `${source} ${personId}`
    if (personId === undefined || others.length > 0 || taken.has(person)) return []
    taken.add(person)
    return [{ source, id, personId }]
  })
}

interface Reading {
  source: number
  id: string
  /** Null: somebody new. */
  personId: number | null
  before: KnownUser | undefined
  row: MirrorRow
  hash: string
}

/** What a resource means now. Whoever was deleted before anybody looked, or is back under another id, means nothing. */
function reading(
  user: MarkedUser,
  groups: ReadonlyMap<string, MarkedGroup[]>,
  known: ReadonlyMap<string, KnownUser>,
  back: Return[],
): Reading[] {
  const { source, id } = user
  const key = placeKey(user)
  const before = known.get(key)
  const returned = back.find((one) => one.source === source && (one.id === id || one.personId === before?.personId))
  if (user.deleted && (before === undefined || before.hash === null || returned !== undefined)) return []
  const row = mirrorRow({ ...user, groups: groups.get(key) ?? [] })
  const personId = before?.personId ?? returned?.personId ?? null
  return [{ source, id, personId, before, row, hash: rowHash(mirrorRowText(row)) }]
}
