/** Sources as the rest of rosterd sees them. */
import { resolve } from 'node:path'
import type { Dialect } from '../reconcile/dialect.ts'
import { DEFAULT_LEAVING, type Leaving } from '../reconcile/leaving.ts'
import type { ApprovalMode } from '../reconcile/model.ts'
import type { ScimExtension } from '../reconcile/scim-extension.ts'
import type { Pace } from './pace.ts'
import { extensionsOf } from './scim-extension.ts'
import type { CsvSection, ScimSection, SourceSection } from './source-schema.ts'

export type SourceConfig = CsvSourceConfig | ScimSourceConfig

interface AnySourceConfig {
  key: string
  name: string
  approval: ApprovalMode
  leaving: Leaving
  trust: number
  /** When all its people are compared anew; null = only when something comes. */
  schedule: { cron: string; zone: string } | null
}

/** Files that appear in a folder. */
export interface CsvSourceConfig extends AnySourceConfig {
  kind: 'csv'
  mode: 'snapshot' | 'delta'
  /** Absolute path of the drop folder. */
  folder: string
  /** Absolute path of a file to drop while the source has never been read. */
  sample?: string
  /** How its drop folder is watched. */
  drop: DropConfig
  glob: string[]
  /** How its files are read; what is absent is found out. */
  csv: {
    encoding?: string
    delimiter?: string
    dateOrder?: 'dmy' | 'mdy'
    keyedBy?: 'external_id' | 'email'
    /** Header → field, attribute name or `ignore`. */
    columns?: Record<string, string>
  }
}

/** A file that is written in place must rest so many times longer than one that came whole. */
const RESTS = 15

/** Spans of time in milliseconds. */
export interface DropConfig {
  /** A file that came by a rename must rest so long, one that was written in place `rest`. */
  settle: number
  rest: number
  /** An incomplete file may still be finished. */
  patience: number
  poll: number
  completion: 'auto' | 'manifest' | 'trigger'
  /** A file of changes that failed keeps the later ones waiting. */
  ordered: boolean
  silentAfter: 'learned' | 'never' | number
  /** What was put away is deleted. */
  keep: number
  /** A folder that is open to all is not read. */
  checkPermissions: boolean
}

/** An identity provider that pushes. */
export interface ScimSourceConfig extends AnySourceConfig {
  kind: 'scim'
  scim: ScimConfig
}

/** Spans of time in milliseconds. */
export interface ScimConfig {
  dialect: Dialect
  /** What a group gave is kept so long after it was left. */
  groupLossWait: number
  /** What becomes of somebody who is deactivated here and whom another source still wants. */
  othersKeep: 'suspended' | 'active'
  uniqueGroupNames: boolean
  /** A plan is made so long after the last request, and at the latest so long after the first. */
  quiet: number
  longestWait: number
  /** Deactivations and deletions are gathered so long. */
  urgentQuiet: number
  /** Of one token. */
  rate: Pace
  /** Bytes. */
  bodyLimit: number
  extensions: ScimExtension[]
}

/** Around a source: what its own settings may leave out. */
interface Around {
  organization: string
  zone: string
  dataDirectory: string
  /** The directory of the config file. */
  beside: string
}

export function sourceOf(key: string, source: SourceSection, around: Around): SourceConfig {
  const any = {
    key,
    name: source.name ?? key,
    approval: source.approval,
    trust: source.trust,
    schedule: source.schedule && { cron: source.schedule.cron, zone: source.schedule.zone ?? around.zone },
  }
  return source.kind === 'csv' ? { ...any, ...csvOf(key, source, around) } : { ...any, ...scimOf(source) }
}

type Own<T extends AnySourceConfig> = Omit<T, Exclude<keyof AnySourceConfig, 'leaving'>>

function csvOf(key: string, source: CsvSection, { organization, dataDirectory, beside }: Around): Own<CsvSourceConfig> {
  return {
    kind: 'csv',
    mode: source.mode,
    leaving: {
      absenceWait: source.absence_wait,
      absenceGrace: source.absence_grace,
      leaverGrace: source.leaver_grace,
    },
    folder: resolve(dataDirectory, source.folder ?? `drop/${organization}/${key}`),
    ...(source.sample !== undefined && { sample: resolve(beside, source.sample) }),
    drop: {
      settle: source.settle,
      rest: source.rest ?? source.settle * RESTS,
      patience: source.patience,
      poll: source.poll,
      completion: source.completion,
      ordered: source.ordered,
      silentAfter: source.silent_after,
      keep: source.keep,
      checkPermissions: source.check_permissions,
    },
    glob: source.glob,
    csv: {
      ...(source.encoding !== undefined && { encoding: source.encoding }),
      ...(source.delimiter !== undefined && { delimiter: source.delimiter }),
      ...(source.date_order !== undefined && { dateOrder: source.date_order }),
      ...(source.keyed_by !== undefined && { keyedBy: source.keyed_by }),
      ...(source.columns !== undefined && { columns: source.columns }),
    },
  }
}

function scimOf(source: ScimSection): Own<ScimSourceConfig> {
  return {
    kind: 'scim',
    // Who is not mentioned has not left: nobody is ever absent from a source that pushes.
    leaving: { ...DEFAULT_LEAVING, leaverGrace: source.leaver_grace },
    scim: {
      dialect: source.dialect,
      groupLossWait: source.group_loss_wait,
      othersKeep: source.others_keep,
      uniqueGroupNames: source.unique_group_names,
      quiet: source.quiet,
      longestWait: source.longest_wait,
      urgentQuiet: source.urgent_quiet,
      rate: { rate: source.rate.per_second, burst: source.rate.burst },
      bodyLimit: source.body_limit,
      extensions: extensionsOf(source.extensions),
    },
  }
}
