/** Receive: what happens to a claimed file of a drop folder, from its bytes to the verdict. */
import { createHash } from 'node:crypto'
import { isDisconnection, isOutOfRoom } from '../store/disconnection.ts'
import { decidedPaths, failedDelta } from '../store/drops.ts'
import type { SourceRow } from '../store/organizations.ts'
import { listSources } from '../store/organizations.ts'
import type { Claim, FileEvidence, Problem } from './drop/claim.ts'
import { droppedName } from './drop/claimed-name.ts'
import type { Content } from './drop/content.ts'
import { endingOf } from './drop/ending.ts'
import { DropFolder } from './drop/folder.ts'
import { saysDelta } from './drop/names.ts'
import { observe, StillWritten } from './observe.ts'
import type { Observed } from './observed.ts'
import type { Parts } from './parts.ts'
import { putAwayDecided } from './put-away.ts'
import { openingOf, readSourceSettings } from './source-settings.ts'
import type { ClaimedFile } from './stage.ts'
import { tellFiles } from './status.ts'

export function folderOf(source: SourceRow): DropFolder {
  const { folder, glob } = readSourceSettings(source.settings)
  return new DropFolder(folder, glob)
}

interface ClaimedPath {
  path: string
  /** Where the record that was written with the claim is lost. */
  evidence: FileEvidence
}

/**
 * Observes a claimed file, and before it those of its source that were claimed earlier and are still to be read: a job that failed and
 * is tried again later does not lose its place. Null when it has been dealt with already, or went back to its writer.
 */
export async function receive(
  parts: Parts,
  organization: number,
  sourceId: number,
  claimed: ClaimedPath,
): Promise<Observed | null> {
  const source = (await listSources(parts.sql, organization)).find((one) => one.id === sourceId)
  // A source that has become one without files leaves those that it had claimed where they lie.
  if (source?.kind !== 'csv') return null
  const folder = folderOf(source)
  const decided = await decidedPaths(parts.sql, organization, sourceId)
  for (const path of await folder.claimed()) {
    if (path >= claimed.path || decided.has(path)) continue
    try {
      await receiveOne(parts, organization, source, folder, { path, evidence: 'stable_only' })
    } catch (error) {
      // Files of changes are read in their order. A whole file takes the place of those before it, so one of them that cannot be read
      // keeps nobody from it; while the database is away nothing can.
      if (isDisconnection(error) || isOutOfRoom(error) || !(await isFull(source, folder, claimed.path))) throw error
      parts.log.error(
        { err: error, organization, source: source.key, path },
        'this file cannot be read; it is tried again, and a newer one is read meanwhile',
      )
    }
  }
  const observed = await receiveOne(parts, organization, source, folder, claimed)
  if (observed) await putAwayDecided(parts, organization, source, folder)
  await tellFiles(parts, organization, source, folder)
  return observed
}

async function receiveOne(
  parts: Parts,
  organization: number,
  source: SourceRow,
  folder: DropFolder,
  claimed: ClaimedPath,
): Promise<Observed | null> {
  const content = await folder.open(claimed.path)
  if (content === null) return null
  try {
    const claim = await folder.claimOf(claimed.path)
    const file = { ...(await fileOf(source, content, claimed, claim)), isThere: () => folder.holds(claimed.path) }
    const blocked = !file.full && (await isBlocked(parts, organization, source, file.name))
    if (blocked || (claim && !file.problem && claim.sha256 !== file.sha256))
      return await giveBack(
        parts,
        { organization, source: source.key },
        folder,
        claimed.path,
        file.name,
        blocked ? 'waits its turn' : 'still written',
      )
    const observed = await observe(parts, organization, source, file)
    if (observed === null) return null
    const { snapshot, state, errors } = observed
    const about = { organization, source: source.key, file: file.name, evidence: file.evidence }
    parts.log.info({ event: 'snapshot.observed', ...about, snapshot, state, errors }, 'file observed')
    if (state === 'admitted') await parts.jobs.propose(organization, 'snapshot')
    if (state === 'confirmed') await parts.jobs.propose(organization, 'due')
    if (state === 'held' || state === 'refused' || state === 'unreadable') await parts.jobs.deliver()
    return observed
  } catch (error) {
    if (!(error instanceof StillWritten)) throw error
    const about = { organization, source: source.key }
    return await giveBack(parts, about, folder, claimed.path, droppedName(claimed.path), 'still written')
  } finally {
    await content.close()
  }
}

/** Everything is read through one descriptor, and what was read is compared with what lay there when the file was claimed. */
async function fileOf(
  source: SourceRow,
  content: Content,
  claimed: ClaimedPath,
  claim: Claim | null,
): Promise<ClaimedFile> {
  const name = claim?.name ?? droppedName(claimed.path)
  const problem = claim?.problem ?? (claim?.whole ? null : await cutIn(content, source))
  const sha256 = problem?.code === 'FILE_TOO_LARGE' ? '' : await content.digest()
  const before = await content.stat()
  let read = createHash('sha256')
  return {
    name,
    path: claimed.path,
    sha256,
    evidence: claim?.evidence ?? claimed.evidence,
    full: saysFull(source, name, claim),
    problem,
    triggered: claim?.triggered === true,
    modified: claim ? new Date(claim.modified) : before.mtime,
    ...(claim?.sequence != null && { sequence: claim.sequence }),
    ...(claim?.rows != null && { rows: claim.rows }),
    read() {
      read = createHash('sha256')
      return content.readInto(read)
    },
    isUnchanged: async () => {
      if (read.digest('hex') !== sha256) return false
      const { size, mtimeMs } = await content.stat()
      return (size === before.size && mtimeMs === before.mtimeMs) || (await content.digest()) === sha256
    },
  }
}

/** Whether a file speaks of everybody, as far as its name, its manifest and its source say so. */
const saysFull = (source: SourceRow, name: string, claim: Claim | null): boolean =>
  source.mode === 'snapshot' && (claim?.full ?? !saysDelta(name))

async function isFull(source: SourceRow, folder: DropFolder, path: string): Promise<boolean> {
  const claim = await folder.claimOf(path)
  return saysFull(source, claim?.name ?? droppedName(path), claim)
}

async function cutIn(content: Content, source: SourceRow): Promise<Problem | null> {
  const ending = await endingOf(content, openingOf(readSourceSettings(source.settings)))
  if (ending.is !== 'cut') return null
  return { code: 'FILE_INCOMPLETE', params: { why: `it stops in the middle of line ${ending.line}` } }
}

/** A file of changes waits while one before it has failed, unless it is that file anew. */
async function isBlocked(parts: Parts, organization: number, source: SourceRow, name: string): Promise<boolean> {
  if (!readSourceSettings(source.settings).ordered) return false
  const failed = await failedDelta(parts.sql, organization, source.id)
  return failed !== null && failed !== name
}

/** Back to `in/`, where it is looked at like any other; where a newer one has its name, it stays for the next round. */
async function giveBack(
  parts: Parts,
  about: { organization: number; source: string },
  folder: DropFolder,
  path: string,
  name: string,
  why: string,
): Promise<null> {
  const isBack = await folder.putBack(path, name)
  parts.log.warn({ ...about, file: name, path, why, isBack }, 'the file went back to its writer')
  return null
}
