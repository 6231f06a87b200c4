/** Resources on their way out: represented, and cut down to what the client wants to see. */
import type { MirrorResource } from '../store/mirror.ts'
import type { Ask, Query } from './ask.ts'
import type { Document } from './document.ts'
import { type Names, project, readSelection, type Selection } from './project.ts'
import { type Around, metaOf, represent, representGroups } from './represent.ts'
import type { ResourceType } from './schema.ts'

export type Shown = Pick<MirrorResource, 'id' | 'text' | 'document' | 'version' | 'createdAt' | 'modifiedAt' | 'groups'>

const USUAL = new WeakMap<ResourceType, Selection>()

/** What a query selects; nearly all select nothing in particular. */
export function selectionOf(type: ResourceType, query: Query): Selection {
  return selected(type, query.get('attributes'), query.get('excludedattributes'))
}

export function selected(
  type: ResourceType,
  attributes: Names | undefined,
  excludedAttributes: Names | undefined,
): Selection {
  if (attributes !== undefined || excludedAttributes !== undefined) {
    return readSelection(type, { attributes, excludedAttributes })
  }
  let usual = USUAL.get(type)
  if (usual === undefined) {
    usual = readSelection(type, {})
    USUAL.set(type, usual)
  }
  return usual
}

/** Whether members, or the groups that a resource is in, have to be read. */
export function wanted(
  { members, memberOf }: ResourceType,
  selection: Selection,
): { members: boolean; groups: boolean } {
  return {
    members: members !== null && selection.wants(members),
    groups: memberOf !== null && selection.wants(memberOf),
  }
}

export function aroundOf({ baseUrl, caller }: Pick<Ask, 'baseUrl' | 'caller'>): Around {
  return { baseUrl, endpoints: caller.endpoints }
}

/**
 * The same as JSON. Where all of it is shown, what is stored goes out as it is, between what the server knows: reading and writing a page
 * of a hundred anew would be most of the work. An extension has to be looked at, since its schema has to be named.
 */
export function showText(type: ResourceType, stored: Shown, selection: Selection, around: Around): string {
  const { text, groups } = stored
  const usual = selection === USUAL.get(type) && isPlain(type)
  if (!usual || text === '{}' || !text.startsWith('{') || text.includes('"urn:')) {
    return JSON.stringify(show(type, stored, selection, around))
  }
  const told =
    type.memberOf === null || groups === null || groups.length === 0 ? null : representGroups(type, groups, around)
  const own = `{"schemas":["${type.schema.id}"],"id":"${stored.id}",${text.slice(1, -1)}`
  const meta = JSON.stringify(metaOf(type, stored, around.baseUrl))
  return told === null ? `${own},"meta":${meta}}` : `${own},"${type.memberOf}":${JSON.stringify(told)},"meta":${meta}}`
}

/** The resource without its members, which are written piece by piece. */
function show(type: ResourceType, stored: Shown, selection: Selection, around: Around): Document {
  const { groups } = stored
  const whole = represent(type, stored, groups === null || groups.length === 0 ? around : { ...around, groups })
  return selection === USUAL.get(type) && isPlain(type) ? whole : project(type, whole, selection)
}

/** Whether all that is stored of a resource is usually shown: so it is with the schemas of the RFCs, of which nothing hidden is stored. */
function isPlain({ extensions }: ResourceType): boolean {
  return extensions.every(({ schema }) => schema.id.startsWith('urn:ietf:params:scim:schemas:'))
}
