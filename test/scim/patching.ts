/** PATCH requests as tests write them. */
import type { Dialect } from '../../src/scim/dialect.ts'
import type { Document } from '../../src/scim/document.ts'
import { ENTERPRISE_USER } from '../../src/scim/enterprise.ts'
import { ScimError } from '../../src/scim/error.ts'
import { GROUP } from '../../src/scim/group.ts'
import { applyPatch, type Patched } from '../../src/scim/patch.ts'
import { PATCH_SCHEMA, readPatch } from '../../src/scim/patch-request.ts'
import type { ResourceType } from '../../src/scim/schema.ts'
import { USER } from '../../src/scim/user.ts'

export const OWN_ID = '018f7d5e-1111-7000-8000-000000000001'
export const ENTERPRISE = ENTERPRISE_USER.id

export const WORK = { value: 'ada@acme.example', type: 'work', primary: true }
export const HOME = { value: 'ada@home.example', type: 'home' }
export const OFFICE = { type: 'work', streetAddress: '100 Universal City Plaza', locality: 'Hollywood' }
export const BOSS = { value: 'babbage', $ref: 'https://x.example/Users/babbage' }

/** A user with something of every kind. */
export const ADA: Document = {
  userName: 'Ada@acme.example',
  externalId: '00uADA',
  active: true,
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  displayName: 'Ada Lovelace',
  title: 'Analyst',
  emails: [WORK, HOME],
  addresses: [OFFICE],
  [ENTERPRISE]: { department: 'Engines', manager: BOSS },
}

export interface How {
  type?: ResourceType
  dialect?: Dialect
}

/** Reads the body and applies it. */
export function patchedBy(document: Document, body: unknown, { type = USER, dialect = 'lenient' }: How = {}): Patched {
  return applyPatch(type, document, readPatch(type, body, dialect), dialect, { id: OWN_ID })
}

export function bodyOf(...operations: unknown[]): unknown {
  return { schemas: [PATCH_SCHEMA], Operations: operations }
}

/** The document after these operations. */
export function patched(document: Document, operations: unknown[], how: How = {}): Document {
  return patchedBy(document, bodyOf(...operations), how).document
}

/** What happens to the members of a group. */
export function membersOf(...operations: unknown[]): Patched['members'] {
  return patchedBy({ displayName: 'Engines' }, bodyOf(...operations), { type: GROUP }).members
}

/** The keyword of the error that the work ends with. */
export function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof ScimError) return error.scimType ?? String(error.status)
    throw error
  }
  return 'accepted'
}
