/** /ServiceProviderConfig, /ResourceTypes, /Schemas, /Roles and /Entitlements as they are answered. */
import { describe, expect, it } from 'vitest'
import { findPath } from '../../src/scim/attribute-path.ts'
import type { Dialect } from '../../src/scim/dialect.ts'
import {
  listResourceTypes,
  listSchemas,
  serviceProviderConfig,
  showResourceType,
  showSchema,
} from '../../src/scim/discovery.ts'
import { isObject, type Json } from '../../src/scim/document.ts'
import { entitlementType, representProducts } from '../../src/scim/entitlement.ts'
import { project, readSelection } from '../../src/scim/project.ts'
import { endpointsOf, listedTypes, writableTypes } from '../../src/scim/resource-types.ts'
import { representRoles, roleType } from '../../src/scim/role.ts'
import { DEVICE } from './device.ts'

const baseUrl = 'https://r.example.com/scim/v2'
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'
const place = (dialect: Dialect = 'lenient') => ({
  baseUrl,
  dialect,
  types: [...writableTypes([]), ...listedTypes(dialect), DEVICE],
})
const limits = {
  bulkOperations: 1000,
  payload: 10_485_760,
  defaultPageSize: 100,
  maxPageSize: 1000,
  cursorTimeout: 600,
}
const config = serviceProviderConfig(place(), limits)

const inside = (value: Json | undefined, ...names: string[]): Json | undefined =>
  names.reduce<Json | undefined>((at, name) => (isObject(at) ? at[name] : undefined), value)
const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])

/** All objects in a value that have a name and a type: attributes, at any depth. */
function attributes(value: Json): Json[] {
  if (Array.isArray(value)) return value.flatMap(attributes)
  if (!isObject(value)) return []
  const own = 'multiValued' in value && 'mutability' in value ? [value] : []
  return [...own, ...Object.values(value).flatMap(attributes)]
}

describe('/ServiceProviderConfig', () => {
  it('17 says what the provider can do', () => {
    expect(config).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 10_485_760 },
      filter: { supported: true, maxResults: 1000 },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
    })
    for (const scheme of list(config['authenticationSchemes'])) {
      expect(scheme).toMatchObject({
        type: 'oauthbearertoken',
        name: expect.any(String),
        description: expect.any(String),
      })
    }
  })
  it('52 how it pages', () => {
    expect(config['pagination']).toEqual({
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: 100,
      maxPageSize: 1000,
      cursorTimeout: 600,
    })
  })
  it('91 what users may be given', () => {
    expect(config['RolesAndEntitlements']).toMatchObject({
      roles: { supported: true, multipleRolesSupported: true, primarySupported: true, typeSupported: true },
      entitlements: { supported: true, multipleEntitlementsSupported: true },
    })
  })
})

describe('/ResourceTypes', () => {
  it('18, 79 lists them', () => {
    expect(listResourceTypes(place())).toMatchObject({
      schemas: [LIST],
      totalResults: 5,
      startIndex: 1,
      itemsPerPage: 5,
      Resources: [{ id: 'User' }, { id: 'Group' }, { id: 'Role' }, { id: 'Entitlement' }, { id: 'Device' }],
    })
  })
  it('18 shows one', () => {
    expect(showResourceType(place(), 'user')).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: 'User',
      name: 'User',
      endpoint: '/Users',
      description: 'User Account',
      schema: 'urn:ietf:params:scim:schemas:core:2.0:User',
      schemaExtensions: [{ schema: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', required: false }],
      meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/User` },
    })
    expect(() => showResourceType(place(), 'Usr')).toThrow(
      'There is no resource type "Usr"; there are User, Group, Role, Entitlement, Device.',
    )
  })
  it('O-28 lists roles and entitlements by the schemas of Okta', () => {
    expect(listResourceTypes(place('okta'))['Resources']).toMatchObject([
      {},
      {},
      { id: 'Role', endpoint: '/Roles', schema: 'urn:okta:scim:schemas:core:1.0:Role' },
      { id: 'Entitlement', endpoint: '/Entitlements', schema: 'urn:okta:scim:schemas:core:1.0:Entitlement' },
      {},
    ])
  })
  it('names the endpoint of each', () => {
    expect(endpointsOf(place().types).get('Group')).toBe('/Groups')
  })
})

describe('/Schemas', () => {
  const all = list(listSchemas(place())['Resources'])
  it('E-38 is a list without anything null', () => {
    expect(listSchemas(place())).toMatchObject({ schemas: [LIST], totalResults: 10, itemsPerPage: 10 })
    expect(JSON.stringify(all)).not.toContain('null')
  })
  it('19 has every characteristic of every attribute', () => {
    const found = attributes(all)
    expect(found.length).toBeGreaterThan(150)
    for (const one of found) {
      expect(one).toMatchObject({
        name: expect.any(String),
        type: expect.stringMatching(/^(?:string|boolean|decimal|integer|dateTime|binary|reference|complex)$/),
        multiValued: expect.any(Boolean),
        description: expect.stringMatching(/./),
        required: expect.any(Boolean),
        caseExact: expect.any(Boolean),
        mutability: expect.stringMatching(/^(?:readOnly|readWrite|immutable|writeOnly)$/),
        returned: expect.stringMatching(/^(?:always|never|default|request)$/),
        uniqueness: expect.stringMatching(/^(?:none|server|global)$/),
      })
      expect(list(inside(one, 'subAttributes')).length > 0).toBe(inside(one, 'type') === 'complex')
    }
  })
  it('21 describes users, groups, the enterprise extension and what describes the provider', () => {
    expect(all.map((one) => inside(one, 'id'))).toEqual([
      'urn:ietf:params:scim:schemas:core:2.0:User',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
      'urn:ietf:params:scim:schemas:core:2.0:Group',
      'urn:ietf:params:scim:schemas:core:2.0:Role',
      'urn:ietf:params:scim:schemas:core:2.0:Entitlement',
      'urn:example:params:scim:schemas:core:1.0:Device',
      'urn:example:params:scim:schemas:extension:network:1.0:Device',
      'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig',
      'urn:ietf:params:scim:schemas:core:2.0:ResourceType',
      'urn:ietf:params:scim:schemas:core:2.0:Schema',
    ])
  })
  it('21 what describes the provider has the attributes that its description names', () => {
    const described = [
      ['ServiceProviderConfig', config],
      ['ResourceType', showResourceType(place(), 'User')],
      ['Schema', showSchema(place(), 'urn:ietf:params:scim:schemas:core:2.0:Group')],
    ] as const
    for (const [name, resource] of described) {
      const schema = showSchema(place(), `urn:ietf:params:scim:schemas:core:2.0:${name}`)
      const names = list(schema['attributes']).map((one) => inside(one, 'name'))
      const common = ['schemas', 'id', 'meta']
      expect(names, name).toEqual(expect.arrayContaining(Object.keys(resource).filter((key) => !common.includes(key))))
    }
  })
  it('1 shows one, whatever the case of its URN', () => {
    const urn = 'urn:ietf:params:scim:schemas:core:2.0:Group'
    expect(showSchema(place(), urn.toUpperCase())).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
      id: urn,
      name: 'Group',
      meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${urn}` },
    })
    expect(() => showSchema(place(), 'urn:x')).toThrow('There is no schema "urn:x"; GET /Schemas lists')
  })
  it('E-44 hides from Entra what never comes back', () => {
    const names = (dialect: Dialect) =>
      list(showSchema(place(dialect), 'urn:ietf:params:scim:schemas:core:2.0:User')['attributes']).map((one) =>
        inside(one, 'name'),
      )
    expect(names('lenient')).toContain('password')
    expect(names('entra')).not.toContain('password')
  })
  it('80 shows what the source has: its extensions', () => {
    const own = {
      urn: 'urn:acme:2.0:User',
      resource: 'User',
      name: 'Acme',
      description: '',
      required: true,
      attributes: [],
    } as const
    const types = writableTypes([{ ...own, attributes: [] }])
    expect(showResourceType({ ...place(), types }, 'User')['schemaExtensions']).toContainEqual({
      schema: own.urn,
      required: true,
    })
    expect(showSchema({ ...place(), types }, own.urn)).toMatchObject({ name: 'Acme' })
  })
})

describe('/Roles and /Entitlements', () => {
  const products = [
    { key: 'photo', name: 'Photo Studio', owned: 5, used: 2, retired: false },
    { key: 'old', name: 'Old', owned: 0, used: 0, retired: true },
  ]
  it('92 lists products', () => {
    expect(representProducts(products, { baseUrl, dialect: 'lenient' })).toEqual([
      {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Entitlement'],
        id: 'Entitlement-photo',
        value: 'photo',
        display: 'Photo Studio',
        type: 'product',
        supported: true,
        limitedAssignmentsPermitted: true,
        totalAssignmentsPermitted: 5,
        totalAssignmentsUsed: 2,
        meta: { resourceType: 'Entitlement', location: `${baseUrl}/Entitlements/Entitlement-photo` },
      },
      expect.objectContaining({ value: 'old', supported: false }),
    ])
  })
  it('92 lists roles', () => {
    const roles = representRoles({ baseUrl, dialect: 'strict' })
    expect(roles.map((one) => one['value'])).toEqual(['member', 'admin', 'owner'])
    expect(roles[0]).toMatchObject({ supported: true, limitedAssignmentsPermitted: false, type: 'organization' })
    expect(roles.slice(1)).toMatchObject([{ supported: false }, { supported: false }])
  })
  it('7 no two have the same id', () => {
    const clash = { key: 'admin', name: 'Admin', owned: 1, used: 0, retired: false }
    const at = { baseUrl, dialect: 'lenient' as const }
    const ids = [...representRoles(at), ...representProducts([clash], at)].map((one) => one['id'])
    expect(new Set(ids).size).toBe(ids.length)
  })
  it('O-28 as Okta reads them', () => {
    const long = { key: 'x', name: 'x'.repeat(2000), owned: 1, used: 0, retired: false }
    const [photo, x] = representProducts([...products.slice(0, 1), long], { baseUrl, dialect: 'okta' })
    expect(photo).toEqual({
      schemas: ['urn:okta:scim:schemas:core:1.0:Entitlement'],
      id: 'photo',
      displayName: 'Photo Studio',
      type: 'Entitlement',
      description: 'A licence of Photo Studio.',
      meta: { resourceType: 'Entitlement', location: `${baseUrl}/Entitlements/photo` },
    })
    expect(x?.['description']).toHaveLength(1000)
    expect(representRoles({ baseUrl, dialect: 'okta' })).toMatchObject([{ id: 'member', type: 'Role' }])
  })
  it('are described by their schemas and projected like any resource', () => {
    for (const dialect of ['lenient', 'okta'] as const) {
      const at = { baseUrl, dialect }
      const both = [
        [entitlementType(dialect), representProducts(products, at)],
        [roleType(dialect), representRoles(at)],
      ] as const
      for (const [type, resources] of both) {
        for (const resource of resources) {
          for (const name of Object.keys(resource)) expect(findPath(type, name, false), name).not.toBeNull()
          expect(project(type, resource, readSelection(type, {}))).toEqual(resource)
          expect(Object.keys(project(type, resource, readSelection(type, { attributes: 'type' })))).toEqual([
            'schemas',
            'id',
            'type',
            'meta',
          ])
        }
      }
    }
  })
})
