/** What the config file may hold. Unknown keys are errors: a misspelt setting would otherwise silently do nothing. */
import { z } from 'zod'
import { limitsSchema } from '../reconcile/guard.ts'
import { conditionSchema, consequenceSchema } from '../reconcile/rules.ts'
import { LOG_LEVELS } from '../telemetry.ts'
import { oidc } from './oidc-schema.ts'
import * as setting from './setting.ts'
import { source } from './source-schema.ts'

const { slug, word } = setting

const product = z.strictObject({
  name: word.describe('What people call it.'),
  seats: z.int().min(0).describe('How many people may hold it.'),
  aliases: z.array(word).default([]).describe('Other names under which files mention it.'),
  reserve: z.int().min(0).default(0).describe('Seats that are kept for assignments by hand.'),
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
  limits: limitsSchema
    .optional()
    .describe(
      'How much a plan may take away before a person has to look. Absent: the usual, or what is set through the API.',
    ),
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
  console: z
    .strictObject({
      oidc: oidc.optional().describe('People sign in at this OpenID provider; by one-time links alone when absent.'),
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
