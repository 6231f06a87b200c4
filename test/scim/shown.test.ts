/** What is stored goes out as the text that it is: nobody can tell that from a resource that was read and written anew. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Document } from '../../src/scim/document.ts'
import { GROUP } from '../../src/scim/group.ts'
import { project } from '../../src/scim/project.ts'
import { represent } from '../../src/scim/represent.ts'
import { attribute, type ResourceType } from '../../src/scim/schema.ts'
import { selectionOf, showText } from '../../src/scim/shown.ts'
import { USER } from '../../src/scim/user.ts'

const BASE_URL = 'https://rosterd.example/scim/v2'
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const ACME = 'urn:acme:scim:2.0:User'
const AT = new Date('2027-01-04T08:00:00.000Z')
/** Users of a source whose configuration has an extension, too. */
const CONFIGURED: ResourceType = {
  ...USER,
  extensions: [
    ...USER.extensions,
    {
      schema: {
        id: ACME,
        name: 'Acme',
        description: 'Acme',
        attributes: [
          attribute({ name: 'badge', description: 'Number of the badge.' }),
          attribute({ name: 'secret', returned: 'request', description: 'Shown to whoever asks for it.' }),
        ],
      },
      required: false,
    },
  ],
}

const PLACE = { baseUrl: BASE_URL, endpoints: new Map([['Group', '/Groups']]) }

/** The text, and what it should say: the resource represented and projected. */
function both(type: ResourceType, document: Document, groups: { value: string; display: string }[] | null = null) {
  const stored = {
    id: '0190b0c0-0000-7000-8000-000000000001',
    text: JSON.stringify(document),
    document,
    version: 7,
    createdAt: AT,
    modifiedAt: new Date(AT.getTime() + 1_000),
    groups: groups === null ? null : groups.map((one) => ({ ...one, type: 'direct' as const })),
  }
  const selection = selectionOf(type, new Map())
  const whole = represent(type, stored, stored.groups === null ? PLACE : { ...PLACE, groups: stored.groups })
  const text = showText(type, stored, selection, { ...PLACE, texts: new Map() })
  return { text, said: JSON.parse(text), wanted: project(type, whole, selection) }
}

const extension = { department: 'Lighting' }

describe('the text of a resource', () => {
  test.each<[string, ResourceType, Document, string[]]>([
    ['plain', USER, { userName: 'ada', active: true }, []],
    ['with its extension', USER, { userName: 'ada', [ENTERPRISE]: extension }, [ENTERPRISE]],
    ['with its extension first', USER, { [ENTERPRISE]: extension, userName: 'ada' }, [ENTERPRISE]],
    ['with one that nobody knows any more', USER, { userName: 'ada', [ACME]: { badge: '1' } }, []],
    ['with both', USER, { [ACME]: { badge: '1' }, userName: 'ada', [ENTERPRISE]: extension }, [ENTERPRISE]],
    ['with a configured one', CONFIGURED, { userName: 'ada', [ACME]: { badge: '1', secret: 's' } }, [ACME]],
    ['with a URN as a text', USER, { userName: 'ada', title: ENTERPRISE }, []],
    ['with what looks like one in a text', USER, { userName: 'ada', title: `"${ENTERPRISE}":{}` }, []],
    ['with a part of a URN', USER, { userName: 'ada', title: 'urn:' }, []],
    ['of a user of nothing', USER, {}, []],
    ['of a group', GROUP, { displayName: 'Artists' }, []],
  ])('%s', (_, type, document, extensions) => {
    const { said, wanted } = both(type, document)
    expect(said).toEqual(wanted)
    expect(said['schemas']).toEqual([type.schema.id, ...extensions])
  })

  test('with groups, or with none', () => {
    for (const groups of [[], [{ value: 'a', display: 'Artists "urn:x"' }]]) {
      const { said, wanted } = both(USER, { userName: 'ada', [ENTERPRISE]: extension }, groups)
      expect(said).toEqual(wanted)
      expect(said['groups']?.length ?? 0).toBe(groups.length)
    }
  })

  test('goes out as it came where all of it is shown', () => {
    const { text } = both(USER, { userName: 'ada', title: 'b', [ENTERPRISE]: extension })
    expect(text).toContain(`"userName":"ada","title":"b","${ENTERPRISE}":{"department":"Lighting"},"meta":`)
  })

  test('whatever is stored, it says the same', () => {
    const words = fc.constantFrom(
      'ada',
      'urn:',
      '"urn:',
      ENTERPRISE,
      `"${ENTERPRISE}":`,
      `${ENTERPRISE}":`,
      ACME,
      '\\',
      '{"',
      '',
    )
    const document = fc
      .uniqueArray(fc.constantFrom('userName', 'title', 'nickName', 'emails', 'active', ENTERPRISE, ACME), {
        minLength: 1,
      })
      .chain((names) =>
        fc.tuple(
          ...names.map((name) => {
            const value: fc.Arbitrary<Document[string]> =
              name === 'active'
                ? fc.boolean()
                : name === 'emails'
                  ? fc.array(fc.record({ value: words }), { minLength: 1, maxLength: 2 })
                  : name.includes(':')
                    ? name === ACME
                      ? fc.record({ badge: words, secret: words })
                      : fc.record({ department: words })
                    : words
            return value.map((one) => [name, one] as const)
          }),
        ),
      )
      .map((pairs): Document => Object.fromEntries(pairs))
    fc.assert(
      fc.property(fc.constantFrom(USER, CONFIGURED), document, (type, one) => {
        const { said, wanted } = both(type, one)
        expect(said).toEqual(wanted)
      }),
      { numRuns: 500 },
    )
  })
})

const HIDING = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User'
const HIDDEN: ResourceType = {
  ...USER,
  extensions: [
    {
      required: false,
      schema: {
        ...{ id: HIDING, name: 'Acme', description: 'Of the configuration' },
        attributes: [
          attribute({ name: 'secret', returned: 'request', description: 'Shown to who asks' }),
          attribute({ name: 'never', returned: 'never', description: 'Shown to nobody' }),
        ],
      },
    },
  ],
}

test.each<[string, ResourceType, Document]>([
  [
    'an extension whose name begins like one of the RFC',
    HIDDEN,
    { userName: 'a', [HIDING]: { secret: 's', never: 'n' } },
  ],
  ['one that is no longer known, in capitals', USER, { userName: 'a', 'URN:acme:x': { a: 1 } }],
])('what is hidden stays hidden: %s', (_, type, document) => {
  const { said, wanted } = both(type, document)
  expect(said).toEqual(wanted)
  expect(JSON.stringify(said)).not.toMatch(/"secret"|"never"|urn:acme:x/i)
})
