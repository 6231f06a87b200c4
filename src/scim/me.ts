/** /Me (RFC 7644 §3.11). */
import { ScimError } from './error.ts'

/** Throws ScimError 501: a token belongs to a source, which is no user. */
export function me(): never {
  throw new ScimError(
    501,
    'There is no /Me here: the token belongs to a source and not to a user. Ask for /Users/{id}.',
  )
}
