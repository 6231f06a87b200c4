/** How each source stands: what came last, whether the next is late, when everybody is compared anew, and what is to be done. */
import type { SourceRow } from '../../store/organizations.ts'
import { listSources } from '../../store/organizations.ts'
import { rowTrends } from '../../store/overview.ts'
import { latestSnapshots, type SnapshotListRow } from '../../store/snapshot-list.ts'
import { sourceTokenUse, type TokenUse } from '../../store/source-tokens.ts'
import { isLive } from '../../sync/go-live.ts'
import type { Parts } from '../../sync/parts.ts'
import { nextRun } from '../../sync/schedule.ts'
import { type Silence, silences } from '../../sync/silence.ts'
import { scheduleOf } from '../../sync/source-settings.ts'
import type { Tone } from '../parts/pill.tsx'

export interface SourceFacts {
  row: SourceRow
  last: SnapshotListRow | null
  silence: Silence | null
  use: TokenUse | null
  /** Rows of the last files that were used, oldest first. */
  trend: number[]
  /** When everybody is compared anew; null: only when something comes. */
  next: Date | null
  health: Health
}

/** In a word, and whether the organization is in step with it. */
export interface Health {
  tone: Tone
  word: string
  inStep: boolean
  /** What to do about it, as a sentence; null: nothing. */
  step: string | null
}

const FILES = 20

/** Those that bring people by themselves: neither what is done by hand nor what somebody uploads. */
export async function sourceFacts(parts: Parts, organization: number): Promise<SourceFacts[]> {
  const all = await listSources(parts.sql, organization)
  const feeds = all.filter(({ kind }) => kind !== 'upload' && kind !== 'manual')
  const at = parts.now()
  const [latest, heard, uses, trends] = await Promise.all([
    latestSnapshots(parts.sql, organization),
    silences(parts, organization, feeds),
    sourceTokenUse(parts.sql, organization, at),
    rowTrends(parts.sql, organization, FILES),
  ])
  return feeds.map((row) => {
    const runs = row.connected ? scheduleOf(row.settings) : null
    const next = runs === null ? null : nextRun(runs, at.toISOString())
    const facts = {
      row,
      last: latest.get(row.key) ?? null,
      silence: heard.get(row.id) ?? null,
      use: uses.find(({ sourceId }) => sourceId === row.id) ?? null,
      trend: trends.get(row.key) ?? [],
      next: next === null ? null : new Date(next),
    }
    return { ...facts, health: healthOf(facts) }
  })
}

function healthOf({ row, last, silence, use }: Omit<SourceFacts, 'health' | 'trend' | 'next'>): Health {
  if (!row.connected) {
    const step = 'It is gone from the configuration, and takes nothing from anybody.'
    return { tone: 'quiet', word: 'disconnected', inStep: false, step }
  }
  if (row.kind === 'scim') return healthOfPushes(row, use)
  if (silence?.silent) {
    const step = 'No file came when one was expected. Nobody loses anything by that; ask whoever writes the files.'
    return { tone: 'bad', word: 'silent', inStep: false, step }
  }
  switch (last?.state) {
    case undefined:
      return { tone: 'wait', word: 'nothing came yet', inStep: false, step: 'Drop its first file into its folder.' }
    case 'held':
      return {
        tone: 'wait',
        word: 'file held',
        inStep: false,
        step: 'A guard holds its last file. Look at it, and let it in or turn it away.',
      }
    case 'refused':
      return {
        tone: 'bad',
        word: 'file refused',
        inStep: false,
        step: 'A guard refused its last file. Two administrators can let it in.',
      }
    case 'unreadable':
      return {
        tone: 'bad',
        word: 'file unreadable',
        inStep: false,
        step: 'Its last file could not be read; the reason stands with the file. Ask for a new one.',
      }
    case 'staging':
      return { tone: 'wait', word: 'being read', inStep: true, step: null }
    default:
      return { tone: 'good', word: 'in step', inStep: true, step: null }
  }
}

/** From a new source to one that works: a token, a first request, a look, and somebody's word. */
function healthOfPushes(row: SourceRow, use: TokenUse | null): Health {
  if ((use?.open ?? 0) === 0)
    return {
      tone: 'wait',
      word: 'needs a token',
      inStep: false,
      step: 'Nothing can come in without a token: make one and paste it into the identity provider.',
    }
  if (use?.lastUsedAt == null)
    return {
      tone: 'wait',
      word: 'not heard yet',
      inStep: false,
      step: 'Its identity provider has not come in yet: paste base URL and token there, and test the connection.',
    }
  if (!isLive(row))
    return {
      tone: 'wait',
      word: 'not live',
      inStep: false,
      step: 'Nothing of it is applied yet. Look at what its plans would do; if that is right, let it go live.',
    }
  return { tone: 'good', word: 'in step', inStep: true, step: null }
}

/** When something of it was last heard. */
export function heardAt({ last, use }: SourceFacts): Date | null {
  return last?.at ?? use?.lastUsedAt ?? null
}

export const sourcePath = (key: string, rest = ''): string => `/sources/${encodeURIComponent(key)}${rest}`
