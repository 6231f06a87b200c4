/** Resources on their way out: represented, and cut down to what the client wants to see. */
import type { MirrorResource } from '../store/mirror-resource.ts'
import type { Ask, Query } from './ask.ts'
import type { Document } from './document.ts'
import { type Names, project, readSelection, type Selection } from './project.ts'
import { type Around, metaOf, represent, representGroups } from './represent.ts'
import type { Attribute, ResourceType } from './schema.ts'

export type Shown = Pick<MirrorResource, 'id' | 'text' | 'document' | 'version' | 'createdAt' | 'modifiedAt' | 'groups'>

/** Selections that leave out nothing of what is stored, by what they do leave out: members and groups are kept elsewhere. */
const USUAL = new WeakMap<ResourceType, Map<string, Selection>>()
const WHOLE = new WeakSet<Selection>()

/**
 * What a query selects; nearly all select nothing in particular. `written`: the whole document that the request itself set, of which also
 * that is shown which is returned only on request (RFC 7643 §7).
 */
export function selectionOf(type: ResourceType, query: Query, written: Document | null = null): Selection {
  const [attributes, excludedAttributes] = [query.get('attributes'), query.get('excludedattributes')]
  if (written === null || isPlain(type)) return selected(type, attributes, excludedAttributes)
  return readSelection(type, { attributes, excludedAttributes }, written)
}

export function selected(
  type: ResourceType,
  attributes: Names | undefined,
  excludedAttributes: Names | undefined,
): Selection {
  const without = excludedAttributes ?? ''
  if (attributes !== undefined || (without !== '' && without !== type.members && without !== type.memberOf)) {
    return readSelection(type, { attributes, excludedAttributes })
  }
  const known = USUAL.get(type) ?? new Map<string, Selection>()
  USUAL.set(type, known)
  let usual = known.get(without)
  if (usual === undefined) {
    usual = readSelection(type, { excludedAttributes })
    known.set(without, usual)
    WHOLE.add(usual)
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

/** What is around the resources of one answer, with what was written of it already. */
interface Texts extends Around {
  texts: Map<object, string>
}

export function aroundOf({ baseUrl, caller }: Pick<Ask, 'baseUrl' | 'caller'>): Texts {
  return { baseUrl, endpoints: caller.endpoints, texts: new Map() }
}

/**
 * The same as JSON. Where all of it is shown, what is stored goes out as it is, between what the server knows: reading and writing a page
 * of a hundred anew would be most of the work. An extension has to be looked at, since its schema has to be named.
 */
export function showText(type: ResourceType, stored: Shown, selection: Selection, around: Texts): string {
  const { text, groups } = stored
  const usual = WHOLE.has(selection) && isPlain(type)
  const schemas = usual && text.startsWith('{"') ? schemasIn(type, text) : null
  if (schemas === null) return JSON.stringify(show(type, stored, selection, around))
  const own = `{"schemas":${schemas},"id":"${stored.id}",${text.slice(1, -1)}`
  const meta = JSON.stringify(metaOf(type, stored, around.baseUrl))
  if (type.memberOf === null || groups === null || groups.length === 0) return `${own},"meta":${meta}}`
  return `${own},"${type.memberOf}":${groupsText(type, groups, around)},"meta":${meta}}`
}

/** In whatever case: RFC 8141 gives the beginning of a URN none. */
const URN = /"urn:/gi

/**
 * The schemas of what is stored, as JSON. A URN in quotation marks is the name of an extension or a text of its own: null where it is not
 * one of the type's extensions, which may be one that is no longer known and has to be left out.
 */
function schemasIn(type: ResourceType, text: string): string | null {
  let schemas = `["${type.schema.id}"`
  for (const { index } of text.matchAll(URN)) {
    const extension = type.extensions.find(({ schema }) => text.startsWith(`${schema.id}":`, index + 1))
    if (extension === undefined) return null
    schemas += `,"${extension.schema.id}"`
  }
  return `${schemas}]`
}

/** Those who are in the same groups share one list of them, and one text. */
function groupsText(type: ResourceType, groups: NonNullable<Shown['groups']>, around: Texts): string {
  let text = around.texts.get(groups)
  if (text === undefined) {
    text = JSON.stringify(representGroups(type, groups, around))
    around.texts.set(groups, text)
  }
  return text
}

/** The resource without its members, which are written piece by piece. */
function show(type: ResourceType, stored: Shown, selection: Selection, around: Around): Document {
  const { groups } = stored
  const whole = represent(type, stored, groups === null || groups.length === 0 ? around : { ...around, groups })
  return WHOLE.has(selection) && isPlain(type) ? whole : project(type, whole, selection)
}

/** Whether all that is stored of a resource is usually shown: so it is with the schemas of the RFCs, of which nothing hidden is stored. */
function isPlain(type: ResourceType): boolean {
  let plain = PLAIN.get(type)
  if (plain === undefined) {
    plain = type.extensions.every(({ schema }) => schema.attributes.every(isShown))
    PLAIN.set(type, plain)
  }
  return plain
}

const PLAIN = new WeakMap<ResourceType, boolean>()

function isShown({ returned, subAttributes }: Attribute): boolean {
  return (returned === 'default' || returned === 'always') && (subAttributes ?? []).every(isShown)
}
