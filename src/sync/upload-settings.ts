/** How an upload is read: what its verb wants of it, and what somebody declares. */
import type { Product } from '../reconcile/model.ts'
import type { Verb } from '../reconcile/operation.ts'
import type { UploadReading } from '../store/uploads.ts'
import type { CsvSettings } from './csv/index.ts'
import { readOn } from './source-settings.ts'

/** What an upload may hold; a drop folder takes more. */
export const UPLOAD_LIMITS = { rows: 100_000, bytes: 50 * 1024 * 1024 }

/** The column of a file of removals that says whose products may go first. */
export const ALSO_REVOKE = 'also_revoke'

/** Who is to be invited needs an address; members are found by an id as well. */
export function uploadSettings(
  verb: Verb,
  declared: UploadReading,
  { zone, products, at }: { zone: string; products: Product[]; at: Date },
): CsvSettings {
  return {
    ...readOn(zone, products, at),
    ...declared,
    keyedBy: verb === 'invite' ? 'email' : 'either',
    leaving: verb === 'remove' || verb === 'revoke',
    ...(verb === 'remove' && { yesNo: [ALSO_REVOKE] }),
    uploaded: true,
    limits: UPLOAD_LIMITS,
  }
}
