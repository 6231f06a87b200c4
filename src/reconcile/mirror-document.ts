/** The stored document of a user of a SCIM source (RFC 7643 §4.1), as far as the directory reads it. What has another shape than expected is not there. */
import { z } from 'zod'

const text = z.string().optional().catch(undefined)
const element = z.object({ value: text, type: text, primary: z.boolean().optional().catch(undefined) })
const elements = z.array(element.catch({})).catch([])

const mirrorDocument = z.looseObject({
  externalId: text,
  userName: text,
  displayName: text,
  preferredLanguage: text,
  locale: text,
  name: z.object({ formatted: text, givenName: text, familyName: text }).catch({}),
  emails: elements,
  entitlements: elements,
})
export type MirrorDocument = z.output<typeof mirrorDocument>
export type MirrorElement = z.output<typeof element>

/** @throws ZodError when it is no object at all */
export function readMirrorDocument(stored: unknown): MirrorDocument {
  return mirrorDocument.parse(stored)
}
