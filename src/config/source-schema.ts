/** What the config file may say of a source, by its kind. */
import { z } from 'zod'
import { DIALECTS } from '../reconcile/dialect.ts'
import { APPROVAL_MODES } from '../reconcile/model.ts'
import { extensions } from './scim-extension.ts'
import * as setting from './setting.ts'

const { word } = setting

const name = word.optional().describe('What people call it; its key when absent.')
const trust = z.int().min(1).max(1000).default(500).describe('Higher is believed first where sources disagree.')
const leaverGrace = setting.leave.prefault('7d')
const schedule = setting.schedule
  .prefault('30 2 * * *')
  .describe(
    'When everybody is compared anew, whatever comes: five fields of cron in the zone of the organization, { cron, zone }, or never. What arrives is dealt with at once.',
  )

const csv = z.strictObject({
  kind: z.literal('csv').describe('csv: files that appear in a folder.'),
  name,
  mode: z
    .enum(['snapshot', 'delta'])
    .default('snapshot')
    .describe('snapshot: each file lists everybody, and who is missing has left. delta: a file lists only changes.'),
  folder: word
    .optional()
    .describe('The drop folder; relative to the data directory. drop/ORGANIZATION/SOURCE when absent.'),
  approval: z
    .enum(APPROVAL_MODES)
    .default('additive_auto')
    .describe(
      'Applied without a person: nothing (manual), what only adds (additive_auto), or all that passes the guards (within_limits), after the first three plans of a snapshot source; or shown and never applied (observe).',
    ),
  absence_wait: setting.leave
    .prefault('24h')
    .describe(
      'within_limits: how long after the first file without somebody they lose products and access, once a second file is without them too.',
    ),
  absence_grace: setting.leave
    .prefault('14d')
    .describe('within_limits: how long after the first file without somebody their membership ends.'),
  leaver_grace: leaverGrace.describe(
    'How long after the last product of somebody whose status is leaver their membership ends.',
  ),
  trust,
  sample: word
    .optional()
    .describe('A file, relative to this one, that is dropped once while the source has never been read.'),
  settle: setting.duration
    .default(2_000)
    .describe('How long a file that came by a rename must rest before it is read, e.g. 2s.'),
  rest: setting.duration
    .optional()
    .describe('How long a file that is written in place must rest; fifteen times settle (30s) when absent.'),
  patience: setting.duration
    .default(300_000)
    .describe('How long an incomplete file may still be finished before it is put away as failed.'),
  poll: setting.duration.default(15_000).describe('How often the folder is looked at where no events tell of files.'),
  completion: z
    .enum(['auto', 'manifest', 'trigger'])
    .default('auto')
    .describe('What a file must have beside it before it is read: whatever there is, a manifest, or a trigger file.'),
  ordered: z
    .boolean()
    .default(true)
    .describe('A file of changes that failed keeps the later ones waiting until it comes again.'),
  silent_after: z
    .union([z.enum(['learned', 'never']), setting.duration])
    .default('learned')
    .describe(
      'Administrators get a letter when no file has come for so long, e.g. 26h; learned from the files before.',
    ),
  keep: setting.duration.default(7_776_000_000).describe('When files that were put away are deleted, e.g. 90d.'),
  check_permissions: z
    .boolean()
    .default(true)
    .describe('A folder into which anybody on the machine may write is not read.'),
  glob: z.array(word).min(1).default(['*.csv', '*.tsv', '*.txt']).describe('Names of files that are read.'),
  encoding: setting.encoding.optional().describe('Of files that are not Unicode, e.g. windows-1252.'),
  delimiter: z.enum([',', ';', '\t', '|']).optional().describe('Found out when absent.'),
  date_order: z.enum(['dmy', 'mdy']).optional().describe('How to read 06/07/2027. Without it only 2027-07-06 is read.'),
  keyed_by: z.enum(['external_id', 'email']).optional().describe('What identifies a person in the files.'),
  schedule,
  columns: z.record(word, word).optional().describe('Header in the file → field, attribute name, or ignore.'),
})

const scim = z.strictObject({
  kind: z
    .literal('scim')
    .describe('scim: an identity provider that pushes people and groups, such as Okta or Entra ID.'),
  name,
  approval: z
    .enum(APPROVAL_MODES)
    .default('within_limits')
    .describe(
      'Applied without a person, once the source is live: nothing (manual), what only adds (additive_auto), or all that passes the guards (within_limits); or shown and never applied (observe).',
    ),
  trust,
  dialect: z
    .enum(DIALECTS)
    .default('lenient')
    .describe(
      'lenient: accepts what identity providers are known to send, answers as the RFCs say. entra: answers every PATCH with 204. okta: lists entitlements as Okta reads them. strict: only what the RFCs allow.',
    ),
  group_loss_wait: setting.leave
    .prefault('60m')
    .describe(
      'How long after leaving a group somebody keeps what it gives: identity providers move people in two requests.',
    ),
  others_keep: z
    .enum(['suspended', 'active'])
    .default('suspended')
    .describe(
      'What becomes of somebody who is deactivated here while another source still wants them: no access until it is lifted here (suspended), or nothing changes (active).',
    ),
  unique_group_names: z
    .boolean()
    .default(true)
    .describe('A second group of the same name is refused (409), since identity providers find groups by name.'),
  leaver_grace: leaverGrace.describe(
    'How long after the last product of somebody who was deactivated their membership ends.',
  ),
  quiet: setting.duration
    .default(10_000)
    .describe('So long after the last request a plan is made, so that many requests become one plan.'),
  longest_wait: setting.duration
    .default(300_000)
    .describe('So long after the first request a plan is made, even when the requests do not end.'),
  urgent_quiet: setting.duration
    .default(1_000)
    .describe('Deactivations and deletions are gathered for so long before they become a plan of their own.'),
  rate: z
    .strictObject({
      per_second: z.number().min(1).max(100_000).default(200).describe('Requests a second and token.'),
      burst: z.int().min(1).max(1_000_000).default(1_000).describe('Requests at once, after a rest.'),
    })
    .prefault({}),
  body_limit: setting.size.prefault('10MiB').describe('The largest request that is read, e.g. 10MiB.'),
  extensions,
  schedule,
})

/** One source; `kind` says which settings it has. */
export const source = z.discriminatedUnion('kind', [csv, scim])
export type SourceSection = z.output<typeof source>
export type CsvSection = z.output<typeof csv>
export type ScimSection = z.output<typeof scim>
