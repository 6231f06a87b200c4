/** Versions in requests (RFC 7644 §3.14, RFC 9110 §13.1). Weak and strong tags of one version count as the same. */
import type { Conditions } from './ask.ts'
import { ScimError } from './error.ts'
import { versionOf } from './represent.ts'

/** Whether a GET is answered with 304: the client has this version already. */
export function isKnown({ ifNoneMatch }: Conditions, version: number): boolean {
  return ifNoneMatch !== null && names(ifNoneMatch, version)
}

/** Whether a write asks for a version at all. */
export function isConditional({ ifMatch, ifNoneMatch }: Conditions): boolean {
  return ifMatch !== null || ifNoneMatch !== null
}

/** Throws ScimError 412 unless the version is one that the client wants to change. */
export function checkVersion({ ifMatch, ifNoneMatch }: Conditions, version: number): void {
  if (ifMatch !== null && !names(ifMatch, version)) throw outdated(version)
  if (ifNoneMatch !== null && names(ifNoneMatch, version)) throw outdated(version)
}

export function outdated(version: number | null): ScimError {
  const now = version === null ? 'another version by now' : `the version ${versionOf(version)} now`
  return new ScimError(412, `The resource has ${now}; read it again and repeat what you want to change.`)
}

/** Whether a list of tags has that of this version, or is `*`. */
function names(tags: string, version: number): boolean {
  const wanted = `"${version}"`
  return tags.split(',').some((tag) => {
    const text = tag.trim()
    return text === '*' || (/^w\//i.test(text) ? text.slice(2) : text) === wanted
  })
}
