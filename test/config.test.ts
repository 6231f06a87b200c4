import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  baseUrlOf,
  checkConfig,
  configJsonSchema,
  formatProblem,
  loadConfig,
  readEnvironment,
} from '../src/config/index.ts'
import { checkText } from '../src/config/load.ts'

const SAMPLE = resolve(import.meta.dirname, '../config/rosterd.yaml')
const none = readEnvironment({})

/** What is said about a text, as `line:column sentence`. */
const said = (text: string, env: Record<string, string> = {}): string[] =>
  checkText('x', text, readEnvironment(env)).problems.map((problem) =>
    formatProblem('x', problem).replace(/^x:?/, '').trim(),
  )

/** A whole file around one organization. */
const acme = (lines: string): string =>
  `organizations:\n  acme:\n    name: Acme\n    administrators: [{ email: kim@acme.example, role: admin }]\n${lines
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')}\n`

describe('the sample', () => {
  test('is valid and has nothing to be warned about', () => {
    const { config, problems } = checkConfig(SAMPLE, none)
    expect(problems).toEqual([])
    expect(config?.organizations).toHaveLength(1)
    expect(config?.organizations[0]).toMatchObject({
      key: 'acme',
      zone: 'Europe/Berlin',
      domains: ['acme.example'],
      sources: [
        {
          key: 'hr',
          folder: resolve('data/drop/acme/hr'),
          drop: { settle: 2_000, rest: 30_000 },
          approval: 'additive_auto',
          csv: {},
        },
        { key: 'idp', kind: 'scim', approval: 'within_limits', scim: { dialect: 'lenient', groupLossWait: 3_600_000 } },
      ],
      rules: [
        { key: 'everyone', source: 'hr', priority: 500 },
        { key: 'artists' },
        { key: 'lighting' },
        { key: 'it' },
        { key: 'pushed', source: 'idp' },
        { key: 'pushed_vray', source: 'idp' },
      ],
    })
  })

  test('its JSON Schema is up to date (scripts/generate-config-schema.ts writes it)', async () => {
    const written = await readFile(resolve(import.meta.dirname, '../config/rosterd.schema.json'), 'utf8')
    expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(configJsonSchema())))
  })

  test('its roster has as many columns in each row as in the header, unique ids and addresses', async () => {
    const text = await readFile(resolve(import.meta.dirname, '../config/sample-roster.csv'), 'utf8')
    const [header = '', ...rows] = text.trimEnd().split('\n')
    expect(header).toBe('external_id,email,first_name,last_name,groups,status,expires')
    const cells = rows.map((row) => row.split(','))
    expect(new Set(cells.map((row) => row.length))).toEqual(new Set([7]))
    expect(new Set(cells.map(([id]) => id)).size).toBe(rows.length)
    expect(new Set(cells.map(([, email]) => email)).size).toBe(rows.length)
    expect(rows.length).toBeGreaterThan(35)
  })
})

describe('each mistake is one sentence with its line and column', () => {
  test.each<[name: string, text: string, sentences: string[]]>([
    ['an empty file', '', ['1:1 organizations is missing.']],
    ['no organization', 'organizations: {}', ['1:16 organizations must name at least one.']],
    ['a list', '- 1', ['1:1 The file must be a group of settings, not a list.']],
    ['an unknown key', `servr: {}\n${acme('zone: UTC')}`, ['1:1 "servr" is not a setting. Did you mean server?']],
    [
      'an unknown key inside',
      acme('products: { vray: { name: V-Ray, seats: 1, seat_limit: 2 } }'),
      [
        '5:48 "seat_limit" is not a setting of organizations.acme.products.vray. Possible: name, seats, aliases, reserve.',
      ],
    ],
    [
      'a number as text',
      `server: { port: "80" }\n${acme('zone: UTC')}`,
      ['1:17 server.port must be a number, not text.'],
    ],
    [
      'something missing',
      acme('products:\n  vray: { name: V-Ray }'),
      ['6:7 organizations.acme.products.vray.seats is missing.'],
    ],
    [
      'a key that cannot stand in a path',
      'organizations:\n  Acme GmbH: { name: Acme }',
      ['2:3 The key "Acme GmbH" must be lower-case letters, digits, - and _, and begin with a letter or a digit.'],
    ],
    [
      'an unknown zone',
      acme('zone: Europe/Berlni'),
      ['5:11 organizations.acme.zone must be a time zone such as Europe/Berlin.'],
    ],
    [
      'a misspelt word',
      acme(
        'sources: { hr: { kind: csv, mode: snapshots } }\nrules: { r: { when: { everyone: true }, then: [{ member: member }] } }',
      ),
      [
        '5:39 organizations.acme.sources.hr.mode must be one of snapshot, delta; "snapshots" is not possible. Did you mean snapshot?',
      ],
    ],
    [
      'a duration',
      acme('sources: { hr: { kind: csv, settle: 2 seconds } }'),
      ['5:41 organizations.acme.sources.hr.settle must be a duration such as 2s, 5m, 26h or 7d.'],
    ],
    [
      'deep inside a condition',
      acme(
        'rules:\n  r:\n    when: { all: [{ everyone: true }, { group: { nam: X } }] }\n    then: [{ member: boss }]',
      ),
      [
        '7:52 organizations.acme.rules.r.when.all[1].group takes exactly one of name, id and matches.',
        '8:26 organizations.acme.rules.r.then[0].member must be one of member, admin, owner; "boss" is not possible.',
      ],
    ],
    [
      'an unknown product, by its name',
      acme(
        'products: { vray: { name: V-Ray, seats: 1 } }\nrules:\n  r: { when: { everyone: true }, then: [{ product: v-ray }] }',
      ),
      ['7:56 There is no product v-ray. Did you mean vray?'],
    ],
    [
      'an unknown source',
      acme(
        'sources: { hr: { kind: csv } }\nrules:\n  r: { source: hrr, when: { everyone: true }, then: [{ member: member }] }',
      ),
      [
        '5:16 warning: No rule speaks of the source hr, so it brings nobody in.',
        '7:20 There is no source hrr. Did you mean hr?',
      ],
    ],
    [
      'no source where there are several',
      acme(
        'sources: { hr: { kind: csv }, it: { kind: csv } }\nrules:\n  r: { when: { everyone: true }, then: [{ member: member }] }',
      ),
      ['7:7 Rule r must say of which source it speaks: hr, it.'],
    ],
    [
      'two products under one name',
      acme('products:\n  vray: { name: V-Ray, seats: 1, aliases: [Nuke] }\n  nk: { name: NUKE, seats: 1 }'),
      ['7:19 "NUKE" already means the product vray; names, keys and aliases must differ.'],
    ],
    [
      'more reserved than owned',
      acme('products: { vray: { name: V-Ray, seats: 1, reserve: 2 } }'),
      ['5:57 vray reserves 2 of 1 seats; it cannot be more than there are.'],
    ],
    [
      'two sources in one folder',
      acme(
        'sources: { a: { kind: csv, folder: drop/x }, b: { kind: csv, folder: ./drop//x/ } }\nrules:\n  a: { source: a, when: { everyone: true }, then: [{ member: member }] }\n  b: { source: b, when: { everyone: true }, then: [{ member: member }] }',
      ),
      [`5:74 The folder ${resolve('data/drop/x')} already belongs to the source acme.a.`],
    ],
    [
      'a role by a group name',
      acme('rules:\n  r: { when: { group: { name: Admins } }, then: [{ member: admin }] }'),
      [
        "6:18 Rule r gives the role admin, so its condition must name a group by id (group: { id: … }): a group's name can be taken by anybody who may create groups.",
      ],
    ],
    ['a person twice', acme('protected: [a@acme.example, A@acme.example]'), ['5:33 A@acme.example stands here twice.']],
    [
      'nobody to write to',
      'organizations:\n  acme: { name: Acme }',
      ['2:3 warning: Acme has no administrators, so nobody gets a letter when a plan waits.'],
    ],
    ['a key twice', 'organizations: {}\norganizations: {}', ['2:1 This key stands here for the second time.']],
    ['a tab', 'server:\n\tport: 1', ['2:1 Indent with blanks, not with tabs.']],
    ['two documents', `${acme('zone: UTC')}---\na: 1`, ['6:1 A second document begins here; the file must hold one.']],
  ])('%s', (_name, text, sentences) => {
    expect(said(text)).toEqual(sentences)
  })

  test('several at once, in the order of the file', () => {
    const text = `log_level: inof\n${acme('zone: Nowhere\ndomains: [x]\nprotected: [y]')}`
    expect(said(text).map((line) => line.split(' ')[0])).toEqual(['1:12', '6:11', '7:15', '8:17'])
  })
})

describe('the environment', () => {
  const minimal = `server: { host: 127.0.0.1, port: 1 }\ndata: ./from-file\nlog_level: warn\n${acme('zone: UTC')}`
  const load = (env: Record<string, string>) => checkText('x', minimal, readEnvironment(env)).config

  test('wins over the file', () => {
    const config = load({
      HOST: '127.0.0.2',
      PORT: '0',
      ROSTERD_DATA: '/srv/rosterd',
      ROSTERD_BASE_URL: 'https://r.acme.example/',
      LOG_LEVEL: 'debug',
      DATABASE_URL: 'postgres://u:p@db/r',
      SMTP_URL: 'smtp://mail',
      ROSTERD_ADMIN_TOKEN: 'a-token-of-enough-signs',
    })
    expect(config).toMatchObject({
      server: { host: '127.0.0.2', port: 0, baseUrl: 'https://r.acme.example' },
      dataDirectory: '/srv/rosterd',
      mail: { folder: '/srv/rosterd/mail' },
      logLevel: 'debug',
    })
    expect(config?.secrets.databaseUrl).toBe('postgres://u:p@db/r')
    expect(config?.secrets.smtpUrl).toBe('smtp://mail')
    expect(config?.secrets.adminToken).toBe('a-token-of-enough-signs')
  })

  test('says nothing where a variable is empty', () => {
    expect(load({ PORT: '', DATABASE_URL: ' ', LOG_LEVEL: '' })).toMatchObject({
      server: { port: 1 },
      logLevel: 'warn',
    })
    expect(load({ DATABASE_URL: ' ' })?.secrets.databaseUrl).toBeNull()
  })

  test.each<[string, string, string]>([
    ['PORT', '70000', 'must be a port number from 0 to 65535.'],
    ['PORT', '80a', 'must be a port number from 0 to 65535.'],
    ['LOG_LEVEL', 'loud', 'must be one of fatal, error, warn, info, debug, trace, silent.'],
    ['ROSTERD_BASE_URL', 'acme.example', 'must be an address such as https://rosterd.acme.example.'],
    ['DATABASE_URL', 'mysql://u:geheim@db', 'must begin with postgres:// and name a server.'],
    ['SMTP_URL', 'geheim', 'must begin with smtp:// or smtps:// and name a mail server.'],
    ['ROSTERD_ADMIN_TOKEN', 'geheim', 'must have 16 characters or more.'],
  ])('%s=%s', (name, value, why) => {
    expect(said(minimal, { [name]: value })).toEqual([`environment: The environment variable ${name} ${why}`])
  })

  test('a listener that others reach without https is warned about', () => {
    expect(said(minimal, { HOST: '0.0.0.0' })).toEqual([
      expect.stringMatching(/^environment: warning: rosterd listens on 0.0.0.0, /),
    ])
    expect(said(`server: { host: 0.0.0.0 }\n${acme('zone: UTC')}`)).toEqual([
      expect.stringMatching(/^warning: rosterd listens/),
    ])
    expect(said(minimal, { HOST: '0.0.0.0', ROSTERD_BASE_URL: 'https://r.acme.example' })).toEqual([])
  })
})

test.each([
  ['127.0.0.1', null, 'http://127.0.0.1:81'],
  ['0.0.0.0', null, 'http://127.0.0.1:81'],
  ['::1', null, 'http://[::1]:81'],
  ['0.0.0.0', 'https://r.acme.example', 'https://r.acme.example'],
])('a daemon on %s with base URL %s is reached at %s', (host, baseUrl, reached) => {
  expect(baseUrlOf({ host, port: 81, baseUrl }, 81)).toBe(reached)
})

describe('secrets', () => {
  const file = `database_url: postgres://u:geheim@db/r\nmail: { smtp_url: "smtp://u:geheim@mail" }\nserver: { admin_token: geheim-geheim-geheim }\n${acme('zone: UTC')}`

  test('are there, and are not printed', () => {
    const { config } = checkText('x', file, none)
    expect(config?.secrets.smtpUrl).toBe('smtp://u:geheim@mail')
    expect(config?.secrets.databaseUrl).toBe('postgres://u:geheim@db/r')
    expect(config?.secrets.adminToken).toBe('geheim-geheim-geheim')
    expect(`${JSON.stringify(config)}${inspect(config, { depth: 9, showHidden: true })}`).not.toContain('geheim')
    const environment = readEnvironment({ DATABASE_URL: 'geheim', SMTP_URL: 'geheim', ROSTERD_ADMIN_TOKEN: 'geheim' })
    expect(`${JSON.stringify(environment)}${inspect(environment, { depth: 9, showHidden: true })}`).not.toContain(
      'geheim',
    )
  })

  test.each([
    'admin_token: *geheim',
    'admin_token: !geheim x',
    'admin_token: @geheim',
    'admin_token: "geheim',
    'admin_token: {geheim',
    'admin_token: a: geheim',
    'admin_token: geheim',
  ])('are not repeated when the file is broken: %s', (line) => {
    const sentences = said(`server:\n  ${line}\n${acme('zone: UTC')}`)
    expect(sentences).not.toEqual([])
    expect(sentences.join('\n')).not.toContain('geheim')
  })
})

/** Where a configuration of the test may lie; gone with the test. */
async function configFile(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rosterd-config-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return join(directory, 'rosterd.yaml')
}

describe('loading', () => {
  test('a broken file is CONFIG_INVALID and names file, line and column', async () => {
    const file = await configFile()
    await writeFile(file, 'servr: 1\n')
    expect(() => loadConfig(file, none)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(`${file}:1:1 "servr" is not a setting.`),
      }),
    )
  })

  test('what the environment says wrong is not blamed on the file', async () => {
    const file = await configFile()
    const wrong = readEnvironment({ PORT: '70000' })
    await writeFile(file, acme('zone: UTC'))
    expect(() => loadConfig(file, wrong)).toThrow(
      expect.objectContaining({
        code: 'ENVIRONMENT_INVALID',
        message: `The environment is not valid:\n  environment: The environment variable PORT must be a port number from 0 to 65535.`,
      }),
    )
    await writeFile(file, acme('zone: Mars'))
    expect(() => loadConfig(file, wrong)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })

  test.each([
    ['/nowhere/rosterd.yaml', 'there is no such file'],
    [tmpdir(), 'it is a directory'],
  ])('%s is CONFIG_UNREADABLE: %s', (file, reason) => {
    expect(() => loadConfig(file, none)).toThrow(
      expect.objectContaining({ code: 'CONFIG_UNREADABLE', params: { file, reason } }),
    )
  })

  test('a file that is not text is CONFIG_UNREADABLE', async () => {
    const file = await configFile()
    await writeFile(file, Buffer.from([0xff, 0xfe, 0x00]))
    expect(() => checkConfig(file, none)).toThrow(expect.objectContaining({ code: 'CONFIG_UNREADABLE' }))
  })

  test('no text makes it crash, and without a config there is an error', () => {
    const pieces = fc.constantFrom(
      'organizations',
      ':',
      ' ',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '*a',
      '&a',
      '!',
      '"',
      'acme',
      '1',
      '|',
      '<<',
      '__proto__',
      'rules',
      'when',
    )
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 30 }).map((list) => list.join('')),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const { config, problems } = checkText('x', text, none)
        expect(config === null).toBe(problems.some(({ severity }) => severity === 'error'))
      }),
      { numRuns: 500 },
    )
  })
})
