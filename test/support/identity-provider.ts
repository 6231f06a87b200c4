/** An identity provider that pushes into a world: it writes the mirror as the SCIM endpoint does, without HTTP. */
import { comparableOf } from '../../src/scim/comparable.ts'
import { GROUP } from '../../src/scim/group.ts'
import { keysOf } from '../../src/scim/keys.ts'
import { USER } from '../../src/scim/user.ts'
import { createResource, deleteResource, type MirrorRow, updateResource } from '../../src/store/mirror.ts'
import { changeMembers, type MemberStep } from '../../src/store/mirror-members.ts'
import { type MirrorResource, readResource } from '../../src/store/mirror-resource.ts'
import { listSources, markLive } from '../../src/store/organizations.ts'
import { readMirror } from '../../src/sync/mirror.ts'
import type { World } from './pipeline.ts'

type Document = MirrorResource['document']

const AUTHOR = { actor: 'idp', token: 1, request: 'req-1' }
const TYPES = { User: USER, Group: GROUP } as const
const ALL = { groups: false, members: false }

/** Ids are uuids of version 7 in the order of their making. */
let made = 0
const nextId = () => {
  made += 1
  return `0190b0c0-0000-7000-8000-${String(made).padStart(12, '0')}`
}

export class IdentityProvider {
  readonly world: World
  readonly scope: { organization: number; source: number }

  private constructor(world: World, source: number) {
    this.world = world
    this.scope = { organization: world.organization, source }
  }

  /** Opens the source of the world's configuration and lets it go live. */
  static async open(world: World, key = 'idp'): Promise<IdentityProvider> {
    const source = (await listSources(world.sql, world.organization)).find((one) => one.key === key)
    if (!source) throw new Error(`no source ${key}`)
    await markLive(world.sql, world.organization, source.id, world.at)
    return new IdentityProvider(world, source.id)
  }

  /** POST /Users; whatever is left out follows from the name. */
  async user(name: string, over: Document = {}): Promise<string> {
    const document: Document = {
      userName: `${name}@acme.example`,
      name: { givenName: name, familyName: 'Test' },
      emails: [{ value: `${name}@acme.example`, type: 'work', primary: true }],
      active: true,
      ...over,
    }
    return await this.#create('User', document)
  }

  /** POST /Groups */
  async group(displayName: string, members: string[] = []): Promise<string> {
    return await this.#create('Group', { displayName }, members)
  }

  async #create(type: keyof typeof TYPES, document: Document, members: string[] = []): Promise<string> {
    const id = nextId()
    const given = type === 'Group' ? { ids: members, types: ['User', 'Group'] } : null
    const row = rowOf(type, id, document)
    const version = await createResource(this.world.sql, this.scope, type, row, given, this.world.at, AUTHOR)
    if (version === null) throw new Error(`409: ${JSON.stringify(document)}`)
    return id
  }

  /** PATCH of a user: attributes are replaced, those that are undefined removed. */
  async change(id: string, over: { [name: string]: Document[string] | undefined }): Promise<void> {
    await this.#update('User', id, over)
  }

  deactivate(id: string): Promise<void> {
    return this.change(id, { active: false })
  }

  /** PATCH of a group's name. */
  async rename(id: string, displayName: string): Promise<void> {
    await this.#update('Group', id, { displayName })
  }

  async #update(
    type: keyof typeof TYPES,
    id: string,
    over: { [name: string]: Document[string] | undefined },
  ): Promise<void> {
    const { sql, at } = this.world
    const before = await readResource(sql, this.scope, type, id, ALL)
    if (!before) throw new Error(`404: ${id}`)
    const document = Object.fromEntries(
      Object.entries({ ...before.document, ...over }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const],
      ),
    )
    const row = rowOf(type, id, document)
    const urgent = type === 'User' && before.active && !row.active
    const change = { expected: before.ownVersion, emails: true, urgent, renamed: type === 'Group' }
    const version = await updateResource(sql, this.scope, type, row, change, at, AUTHOR)
    if (version === null) throw new Error(`412: ${id}`)
  }

  /** DELETE of a user. */
  async remove(id: string): Promise<void> {
    await this.#remove('User', id)
  }

  async removeGroup(id: string): Promise<void> {
    await this.#remove('Group', id)
  }

  async #remove(type: keyof typeof TYPES, id: string): Promise<void> {
    const change = { expected: null, urgent: type === 'User' }
    const done = await deleteResource(this.world.sql, this.scope, type, id, change, this.world.at, AUTHOR)
    if (done !== 'deleted') throw new Error(`404: ${id}`)
  }

  /** PATCH of a group's members. */
  async members(group: string, ...steps: MemberStep[]): Promise<void> {
    const change = { steps, types: ['User', 'Group'], expected: null }
    await changeMembers(this.world.sql, this.scope, 'Group', group, change, this.world.at, AUTHOR)
  }

  /** Brings what was pushed into the directory; returns how many rows changed. */
  read(options: { urgent: boolean } = { urgent: false }): Promise<number> {
    return readMirror(this.world.sql, this.world.organization, this.world.at, options)
  }
}

function rowOf(type: keyof typeof TYPES, id: string, document: Document): MirrorRow {
  return {
    id,
    document: JSON.stringify(document),
    comparable: JSON.stringify(comparableOf(TYPES[type], document)),
    ...keysOf(TYPES[type], document),
  }
}
