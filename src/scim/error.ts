/** The closed table of SCIM errors (RFC 7644 §3.12, RFC 9865 §2): nothing else reaches a client but "internal error". */

/** Detail keywords with the one status that each has. */
const STATUS = {
  invalidFilter: 400,
  tooMany: 400,
  uniqueness: 409,
  mutability: 400,
  invalidSyntax: 400,
  invalidPath: 400,
  noTarget: 400,
  invalidValue: 400,
  invalidVers: 400,
  sensitive: 403,
  invalidCursor: 400,
  expiredCursor: 400,
  invalidCount: 400,
} as const
export type ScimType = keyof typeof STATUS

/** Statuses that have no keyword. */
export type PlainStatus = 401 | 403 | 404 | 405 | 406 | 412 | 413 | 415 | 429 | 500 | 501 | 503

const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error'

/** What a client is told: `detail` is a sentence that a person can act on. */
export class ScimError extends Error {
  override readonly name = 'ScimError'
  readonly status: number
  readonly scimType: ScimType | null

  constructor(kind: ScimType | PlainStatus, detail: string) {
    super(detail)
    this.status = typeof kind === 'number' ? kind : STATUS[kind]
    this.scimType = typeof kind === 'number' ? null : kind
  }

  /** The body of the answer; `status` is a string there. */
  toJSON(): { schemas: string[]; status: string; scimType?: ScimType; detail: string } {
    return {
      schemas: [ERROR_SCHEMA],
      status: String(this.status),
      ...(this.scimType !== null && { scimType: this.scimType }),
      detail: this.message,
    }
  }
}
