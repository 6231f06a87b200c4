/** What the config says of a source that pushes over SCIM, as it is stored with the source and read back. */
import { z } from 'zod'
import { DIALECTS } from '../reconcile/dialect.ts'
import { scimExtension } from '../reconcile/scim-extension.ts'

/** Spans of time in milliseconds, sizes in bytes. */
const stored = z.object({
  dialect: z.enum(DIALECTS),
  groupLossWait: z.number(),
  othersKeep: z.enum(['suspended', 'active']),
  uniqueGroupNames: z.boolean(),
  quiet: z.number(),
  longestWait: z.number(),
  urgentQuiet: z.number(),
  rate: z.object({ rate: z.number(), burst: z.number() }),
  bodyLimit: z.number(),
  extensions: z.array(scimExtension),
  leaverGrace: z.number(),
})
export type ScimSourceSettings = z.output<typeof stored>

/** @param settings of a source of the kind `scim`; others have none of this and are refused with a ZodError */
export function scimSourceSettings(settings: Record<string, unknown>): ScimSourceSettings {
  return stored.parse(settings)
}
