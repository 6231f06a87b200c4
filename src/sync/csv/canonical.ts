import type { StagedRow } from '../../reconcile/model.ts'

/**
 * The content of a row as canonical JSON (RFC 8785: keys sorted, no blanks), without its line: equal content gives
 * equal text, whatever the order of rows and columns. Row hashes and the digest of a snapshot are made of it.
 */
export function canonicalRow(row: StagedRow): string {
  const { profile } = row
  return JSON.stringify({
    action: row.action,
    anchor: row.anchor,
    anchorKey: row.anchorKey,
    attributes: sorted(row.attributes),
    expiresAt: row.expiresAt,
    groupNames: row.groupNames,
    groups: row.groups,
    products: row.products.map(({ product, expiresAt }) => ({ expiresAt, product })),
    profile: {
      displayName: profile.displayName,
      email: profile.email,
      emailKey: profile.emailKey,
      firstName: profile.firstName,
      language: profile.language,
      lastName: profile.lastName,
      userName: profile.userName,
      userNameKey: profile.userNameKey,
    },
    role: row.role,
    seatPriority: row.seatPriority,
    startAt: row.startAt,
    status: row.status,
  })
}

/** Integer-like names come first in an object whatever one does, and so they do in every object: the text is still the same for equal content. */
function sorted(attributes: Record<string, string>): Record<string, string> {
  const result: Record<string, string> = {}
  for (const name of Object.keys(attributes).sort()) result[name] = attributes[name] ?? ''
  return result
}
