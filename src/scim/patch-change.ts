/** One change of one attribute that a PATCH asks for. */
import type { Json } from './document.ts'
import { ScimError } from './error.ts'
import type { Target } from './patch-path.ts'

export const VERBS = ['add', 'replace', 'remove'] as const
export type Verb = (typeof VERBS)[number]

/** An operation of a request, or one of those that it stands for when it has no path. */
export interface Operation {
  readonly op: Verb
  /** Which of the request's operations it came from, counted from 1; null where there is only one. */
  readonly at: number | null
  /** The attribute as the client wrote it. */
  readonly text: string
  /** Null: the type has no such attribute, and the dialect lets that pass. */
  readonly target: Target | null
  /** Undefined only where nothing was given, which `remove` allows. */
  readonly value: Json | undefined
  /** Whether `path` named the attribute; else it is a key of the value. Okta repeats `id` there, which is no attempt to change it. */
  readonly named: boolean
}

/** An operation on an attribute that the type has. */
export interface Change extends Operation {
  readonly target: Target
}

/** Does the work; an error in it tells which operation of the request it is about. */
export function inOperation<T>(at: number | null, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (at === null || !(error instanceof ScimError) || error.scimType === null) throw error
    throw new ScimError(error.scimType, `Operation ${at}: ${error.message}`)
  }
}
