/** What the config says of a csv source, as it is stored with the source and read back. */
import { z } from 'zod'
import { dateIn } from '../reconcile/expiry.ts'
import type { Product } from '../reconcile/model.ts'
import type { SourceRow } from '../store/organizations.ts'
import type { CsvSettings } from './csv/settings.ts'

const optionalText = z.string().optional()
const schedule = z.object({ cron: z.string(), zone: z.string() }).nullable().default(null)

const csvSourceSettings = z.object({
  folder: z.string(),
  settle: z.number(),
  rest: z.number(),
  patience: z.number(),
  poll: z.number(),
  completion: z.enum(['auto', 'manifest', 'trigger']),
  ordered: z.boolean(),
  silentAfter: z.union([z.enum(['learned', 'never']), z.number()]),
  keep: z.number(),
  checkPermissions: z.boolean(),
  glob: z.array(z.string()),
  schedule,
  encoding: optionalText,
  delimiter: optionalText,
  dateOrder: z.enum(['dmy', 'mdy']).optional(),
  keyedBy: z.enum(['external_id', 'email']).optional(),
  columns: z.record(z.string(), z.string()).optional(),
})
export type CsvSourceSettings = z.output<typeof csvSourceSettings>

export function readSourceSettings(stored: Record<string, unknown>): CsvSourceSettings {
  return csvSourceSettings.parse(stored)
}

/** When a source of any kind is compared anew; null: only when something comes. */
export function scheduleOf(stored: Record<string, unknown>): z.output<typeof schedule> {
  return z.object({ schedule }).parse(stored).schedule
}

/** How the drop folder of a source is watched. */
export function intakeSettings({ mode, settings }: Pick<SourceRow, 'mode' | 'settings'>) {
  const { settle, rest, patience, poll, completion, ordered, checkPermissions, ...csv } = readSourceSettings(settings)
  return { settle, rest, incomplete: patience, poll, completion, ordered, mode, checkPermissions, csv: openingOf(csv) }
}

/** What has to be known to find the header of a file. */
export function openingOf({ encoding, delimiter }: Pick<CsvSourceSettings, 'encoding' | 'delimiter'>) {
  return { ...(encoding !== undefined && { encoding }), ...(delimiter !== undefined && { delimiter }) }
}

/** How the files of a source are read, on the day of `at` in the organization's zone. */
export function csvSettings(stored: Record<string, unknown>, zone: string, products: Product[], at: Date): CsvSettings {
  const { encoding, delimiter, dateOrder, keyedBy, columns } = readSourceSettings(stored)
  return {
    ...readOn(zone, products, at),
    ...(encoding !== undefined && { encoding }),
    ...(delimiter !== undefined && { delimiter }),
    ...(dateOrder !== undefined && { dateOrder }),
    ...(keyedBy !== undefined && { keyedBy }),
    ...(columns !== undefined && { columns }),
  }
}

/** What the organization has to do with how any file is read, on the day of `at`. */
export function readOn(zone: string, products: Product[], at: Date): Pick<CsvSettings, 'zone' | 'today' | 'products'> {
  const today = dateIn(at.toISOString(), zone)
  return { zone, today, products: products.map(({ key, name, aliases }) => ({ key, name, aliases })) }
}
