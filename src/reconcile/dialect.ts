/** How strictly a source that pushes over SCIM is taken at its word. */

export const DIALECTS = ['lenient', 'entra', 'okta', 'strict'] as const

/**
 * `lenient` accepts what identity providers are known to send and answers as RFC 7644 says; `entra` answers every PATCH with 204;
 * `okta` shows entitlements as Okta reads them; `strict` accepts only what the RFCs allow.
 */
export type Dialect = (typeof DIALECTS)[number]
