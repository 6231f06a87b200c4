/** What the config file may hold. Unknown keys are errors: a misspelt setting would otherwise silently do nothing. */
import { z } from 'zod'
import { limitsSchema } from '../reconcile/guard.ts'
import { APPROVAL_MODES } from '../reconcile/model.ts'
import { conditionSchema, consequenceSchema } from '../reconcile/rules.ts'
import { LOG_LEVELS } from '../telemetry.ts'
import * as setting from './setting.ts'

const { slug, word } = setting

const product = z.strictObject({
  name: word.describe('What people call it.'),
  seats: z.int().min(0).describe('How many people may hold it.'),
  aliases: z.array(word).default([]).describe('Other names under which files mention it.'),
  reserve: z.int().min(0).default(0).describe('Seats that are kept for assignments by hand.'),
})

const source = z.strictObject({
  kind: z.enum(['csv']).describe('csv: files that appear in a folder.'),
  name: word.optional().describe('What people call it; its key when absent.'),
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
  leaver_grace: setting.leave
    .prefault('7d')
    .describe('How long after the last product of somebody whose status is leaver their membership ends.'),
  trust: z.int().min(1).max(1000).default(500).describe('Higher is believed first where sources disagree.'),
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
  schedule: setting.schedule
    .prefault('30 2 * * *')
    .describe(
      'When everybody is compared anew, whatever files come: five fields of cron in the zone of the organization, { cron, zone }, or never. A file that arrives is dealt with at once.',
    ),
  columns: z.record(word, word).optional().describe('Header in the file → field, attribute name, or ignore.'),
})

const rule = z.strictObject({
  priority: z.int().min(1).max(1000).default(500).describe('Smaller is stronger.'),
  source: slug.optional().describe('Of which source it speaks; needed where there are several.'),
  when: conditionSchema,
  // biome-ignore lint/suspicious/noThenProperty: the word of the config file; its value is a list, so nothing awaits it
  then: z.array(consequenceSchema).min(1),
})

const organization = z.strictObject({
  name: word,
  zone: setting.zone.default('UTC').describe('Dates begin and end here, e.g. Europe/Berlin.'),
  domains: z.array(setting.domain).default([]).describe('Verified domains: people of these are matched by e-mail.'),
  administrators: z
    .array(z.strictObject({ email: setting.email, role: z.enum(['viewer', 'operator', 'admin']) }))
    .default([])
    .describe('Who gets letters, and may read, approve, or also override.'),
  protected: z.array(setting.email).default([]).describe('People from whom no source ever takes anything.'),
  limits: limitsSchema.prefault({}).describe('How much a plan may take away before a person has to look.'),
  products: z.record(slug, product).default({}),
  sources: z.record(slug, source).default({}),
  rules: z.record(slug, rule).default({}),
})

export const fileSchema = z.strictObject({
  server: z
    .strictObject({
      host: word.optional().describe('Where to listen; 127.0.0.1 when absent. (HOST)'),
      port: setting.port.optional().describe('8080 when absent; 0 = any free one. (PORT)'),
      base_url: setting.baseUrl.optional().describe('Where people reach it, for links. (ROSTERD_BASE_URL)'),
      admin_token: setting.adminToken.optional().describe('Better in the environment. (ROSTERD_ADMIN_TOKEN)'),
    })
    .optional(),
  data: word
    .optional()
    .describe('The data directory, relative to where rosterd is started; ./data when absent. (ROSTERD_DATA)'),
  database_url: setting.databaseUrl.optional().describe('The embedded database when absent. (DATABASE_URL)'),
  mail: z
    .strictObject({
      smtp_url: setting.smtpUrl.optional().describe('Letters are written as files when absent. (SMTP_URL)'),
      from: setting.mailbox.optional().describe('rosterd <rosterd@localhost> when absent.'),
      per_minute: z.int().min(1).max(10_000).optional().describe('At most so many letters a minute; 200 when absent.'),
    })
    .optional(),
  api: z
    .strictObject({
      rate: z.number().min(1).max(100_000).optional().describe('Requests a second and token; 50 when absent.'),
      burst: z.int().min(1).max(1_000_000).optional().describe('Requests at once, after a rest; 500 when absent.'),
    })
    .optional(),
  metrics: z
    .strictObject({
      public: z.boolean().optional().describe('true: /metrics is told to whoever asks. false when absent.'),
      token: setting.adminToken
        .optional()
        .describe('Opens /metrics and nothing else. Better in the environment. (ROSTERD_METRICS_TOKEN)'),
    })
    .optional(),
  log_level: z.enum(LOG_LEVELS).optional().describe('info when absent. (LOG_LEVEL)'),
  organizations: z.record(slug, organization).refine((all) => Object.keys(all).length > 0, 'must name at least one'),
})

/** The file as read: validated, defaults of organizations filled in. */
export type ConfigFile = z.output<typeof fileSchema>
export type OrganizationSection = ConfigFile['organizations'][string]

/** The JSON Schema of the file, for editors and for suggestions. */
export function configJsonSchema(): z.core.JSONSchema.JSONSchema {
  return {
    ...z.toJSONSchema(fileSchema, { io: 'input' }),
    title: 'rosterd configuration',
    description: 'What rosterd.yaml may hold. Durations are written 2s, 5m, 26h or 7d.',
  }
}
