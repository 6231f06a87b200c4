/** Sources of the kind scim in the configuration: what may stand there, what is said of mistakes, and what is stored of it. */
import { describe, expect, test } from 'vitest'
import { checkText, readEnvironment } from '../../src/config/index.ts'
import { listSources } from '../../src/store/organizations.ts'
import { configure } from '../../src/sync/configure.ts'
import { isLive } from '../../src/sync/go-live.ts'
import { scimSourceSettings } from '../../src/sync/scim-settings.ts'
import { scheduleOf } from '../../src/sync/source-settings.ts'
import { freshDatabase } from '../support/database.ts'

const file = (source: string) => `organizations:
  acme:
    name: Acme
    zone: Europe/Berlin
    administrators: [{ email: kim@acme.example, role: admin }]
    sources: { idp: ${source} }
    rules: { all: { source: idp, when: { everyone: true }, then: [{ member: member }] } }
`
const read = (source: string) => checkText('x', file(source), readEnvironment({}))
/** The word of line 6 that is pointed at, and the sentence. */
const said = (source: string) =>
  read(source).problems.map(({ line, column, message }) => {
    expect(line).toBe(6)
    const at = file(source)
      .split('\n')[5]
      ?.slice((column ?? 0) - 1)
    return `${/^"?[\w.:]+|^./.exec(at ?? '')?.[0]} | ${message.replace('organizations.acme.sources.idp', 'IDP')}`
  })

const USUAL = {
  dialect: 'lenient',
  groupLossWait: 3_600_000,
  othersKeep: 'suspended',
  uniqueGroupNames: true,
  quiet: 10_000,
  longestWait: 300_000,
  urgentQuiet: 1_000,
  rate: { rate: 200, burst: 1_000 },
  bodyLimit: 10 * 1024 * 1024,
  extensions: [],
}

test('a kind is enough; what is not said is as most want it', () => {
  const { config, problems } = read('{ kind: scim }')
  expect(problems).toEqual([])
  expect(config?.organizations[0]?.sources).toEqual([
    {
      key: 'idp',
      name: 'idp',
      kind: 'scim',
      approval: 'within_limits',
      trust: 500,
      leaving: expect.objectContaining({ leaverGrace: 7 * 86_400_000 }),
      schedule: { cron: '30 2 * * *', zone: 'Europe/Berlin' },
      scim: USUAL,
    },
  ])
})

const EXTENSION = `{ kind: scim, extensions: { "urn:acme:scim:2.0:Studio": { attributes: [{ name: seat, type: complex, multi_valued: true, sub_attributes: [{ name: floor, type: integer }, { name: desk, case_exact: true }] }, { name: costCenter, canonical_values: [A, B], returned: always }] } } }`

test('custom schemas are put in full', () => {
  const plain = {
    description: '',
    multiValued: false,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
  }
  const { config, problems } = read(EXTENSION)
  expect(problems).toEqual([])
  expect(config?.organizations[0]?.sources[0]).toMatchObject({
    scim: {
      extensions: [
        {
          urn: 'urn:acme:scim:2.0:Studio',
          resource: 'User',
          name: 'Studio',
          description: '',
          required: false,
          attributes: [
            {
              ...plain,
              name: 'seat',
              type: 'complex',
              multiValued: true,
              subAttributes: [
                { ...plain, name: 'floor', type: 'integer' },
                { ...plain, name: 'desk', type: 'string', caseExact: true },
              ],
            },
            { ...plain, name: 'costCenter', type: 'string', canonicalValues: ['A', 'B'], returned: 'always' },
          ],
        },
      ],
    },
  })
})

describe('each mistake is one sentence', () => {
  const attributes = (list: string) => `{ kind: scim, extensions: { "urn:acme:x": { attributes: [${list}] } } }`
  test.each<[name: string, source: string, sentences: string[]]>([
    [
      'a misspelt kind, and what no kind knows',
      '{ kind: scmi, fodler: x, dialect: okta }',
      [
        'scmi | IDP.kind must be one of csv, scim; "scmi" is not possible. Did you mean scim?',
        'fodler: | "fodler" is not a setting of IDP. Did you mean folder?',
      ],
    ],
    ['no kind', '{ name: Okta }', ['idp: | IDP.kind is missing.']],
    ['a kind that is no word', '{ kind: 5 }', ['5 | IDP.kind must be one of csv, scim.']],
    [
      'a setting of another kind',
      '{ kind: scim, folder: x }',
      ['folder: | "folder" is a setting of sources of the kind csv; IDP is of the kind scim.'],
    ],
    [
      'and the other way round',
      '{ kind: csv, dialect: okta }',
      ['dialect: | "dialect" is a setting of sources of the kind scim; IDP is of the kind csv.'],
    ],
    [
      'a misspelt setting, of its own kind first',
      '{ kind: scim, dialekt: okta }',
      ['dialekt: | "dialekt" is not a setting of IDP. Did you mean dialect?'],
    ],
    [
      'a misspelt dialect',
      '{ kind: scim, dialect: entraid }',
      [
        'entraid | IDP.dialect must be one of lenient, entra, okta, strict; "entraid" is not possible. Did you mean entra?',
      ],
    ],
    [
      'a size without its unit',
      '{ kind: scim, body_limit: 10MB }',
      ['10MB | IDP.body_limit must be a size such as 512KiB or 10MiB.'],
    ],
    [
      'a size that nothing fits into',
      '{ kind: scim, body_limit: 1KiB }',
      ['1KiB | IDP.body_limit must be between 64KiB and 1024MiB.'],
    ],
    [
      'waiting longer than the longest',
      '{ kind: scim, quiet: 6m }',
      ['6m | quiet is longer than longest_wait, after which a plan is made anyway.'],
    ],
    [
      'a reserve below the rate',
      '{ kind: scim, rate: { burst: 10 } }',
      ['10 | burst (10) must not be smaller than per_second (200), or that rate is never reached.'],
    ],
    [
      'a wait over a year',
      '{ kind: scim, group_loss_wait: 366d }',
      ['366d | IDP.group_loss_wait must be at most 365d.'],
    ],
    [
      'a schema that is no URN',
      '{ kind: scim, extensions: { studio: { attributes: [{ name: a }] } } }',
      ['studio: | The key "studio" must be a URN such as urn:acme:scim:2.0:User.'],
    ],
    [
      'a schema of the RFCs',
      '{ kind: scim, extensions: { "urn:ietf:params:scim:schemas:core:2.0:User": { attributes: [{ name: a }] } } }',
      [
        '"urn:ietf:params:scim:schemas:core:2.0:User | The key "urn:ietf:params:scim:schemas:core:2.0:User" must not be a URN of the RFCs; those schemas are there already.',
      ],
    ],
    [
      'two schemas of one name',
      '{ kind: scim, extensions: { "urn:acme:x": { attributes: [{ name: a }] }, "URN:acme:X": { attributes: [{ name: a }] } } }',
      ['"URN:acme:X | The schema URN:acme:X stands here twice.'],
    ],
    [
      'an attribute twice',
      attributes('{ name: a }, { name: A }'),
      ['{ | IDP.extensions.urn:acme:x must not name an attribute twice.'],
    ],
    ['no attribute', attributes(''), ['[ | IDP.extensions.urn:acme:x.attributes needs at least 1 entry.']],
    [
      'a name with a dot',
      attributes('{ name: a.b }'),
      [
        'a.b | IDP.extensions.urn:acme:x.attributes[0].name must begin with a letter and hold only letters, digits, - and _.',
      ],
    ],
    [
      '__proto__',
      attributes('{ name: __proto__ }'),
      [
        '__proto__ | IDP.extensions.urn:acme:x.attributes[0].name must begin with a letter and hold only letters, digits, - and _.',
      ],
    ],
    [
      'complex without parts',
      attributes('{ name: a, type: complex }'),
      ['{ | IDP.extensions.urn:acme:x.attributes[0] must have sub_attributes when its type is complex, and only then.'],
    ],
    [
      'complex in complex',
      attributes('{ name: a, type: complex, sub_attributes: [{ name: b, type: complex }] }'),
      [
        'complex | IDP.extensions.urn:acme:x.attributes[0].sub_attributes[0].type must be one of string, boolean, decimal, integer, dateTime, binary, reference; "complex" is not possible.',
      ],
    ],
  ])('%s', (_, source, sentences) => {
    expect(said(source)).toEqual(sentences)
  })
})

test('what is stored is read back as it was written, also after a change, and a new source is not live', async () => {
  const { sql, drop } = await freshDatabase()
  try {
    const at = new Date('2026-11-22T10:00:00.000Z')
    const stored = async (source: string) => {
      const { config } = read(source)
      if (config === null) throw new Error('not valid')
      const changed = await configure(sql, config, at)
      const [organization = 0] = changed
      const row = (await listSources(sql, organization)).find(({ key }) => key === 'idp')
      if (row === undefined) throw new Error('no source')
      expect(row).toMatchObject({ kind: 'scim', mode: 'delta', liveAt: null })
      expect(isLive(row)).toBe(false)
      return row.settings
    }
    const settings = await stored('{ kind: scim }')
    expect(scimSourceSettings(settings)).toEqual({ ...USUAL, leaverGrace: 7 * 86_400_000 })
    expect(scheduleOf(settings)).toEqual({ cron: '30 2 * * *', zone: 'Europe/Berlin' })
    const custom = read(EXTENSION).config?.organizations[0]?.sources[0]
    const again = await stored(EXTENSION.replace('kind: scim', 'kind: scim, dialect: strict, schedule: never'))
    expect(scimSourceSettings(again).extensions).toEqual(custom?.kind === 'scim' ? custom.scim.extensions : null)
    expect(scimSourceSettings(again).dialect).toBe('strict')
    expect(scheduleOf(again)).toBeNull()
    expect(() => scimSourceSettings({ folder: '/drop' })).toThrow()
  } finally {
    await drop()
  }
})
