/** What a reload says has changed. */
import { expect, test } from 'vitest'
import { checkText, compareConfigs, readEnvironment } from '../../src/config/index.ts'

const read = (text: string) => {
  const { config, problems } = checkText('rosterd.yaml', text, readEnvironment({}))
  if (!config) throw new Error(problems.map(({ message }) => message).join('\n'))
  return config
}
const RULES = 'rules: { r: { source: hr, when: { everyone: true }, then: [{ member: member }] } }'
const acme = (more = '', source = '') =>
  `organizations:\n  acme:\n    name: Acme\n    sources: { hr: { kind: csv${source} } }\n    ${RULES}\n${more}`

test.each<[name: string, after: string, applied: string[], restart: string[]]>([
  ['nothing', acme(), [], []],
  ['a source', acme('', ', schedule: never'), ['acme: sources'], []],
  [
    'a name and the zone',
    acme().replace('name: Acme', 'name: ACME\n    zone: Asia/Tokyo'),
    ['acme: name, zone, sources'],
    [],
  ],
  [
    'another organization',
    acme(`  beta:\n    name: Beta\n    sources: { hr: { kind: csv } }\n    ${RULES}\n`),
    ['beta is new'],
    [],
  ],
  ['one that is gone', acme().replace('  acme:', '  beta:'), ['acme is gone', 'beta is new'], []],
  [
    'letters, links and the log',
    acme('mail: { from: a@b.example }\nserver: { base_url: https://r.example }\nlog_level: warn\n'),
    ['server.base_url', 'log_level', 'mail'],
    [],
  ],
  [
    'what needs a restart',
    acme('server: { port: 1, host: ::1, admin_token: abcdefghijklmnop }\ndatabase_url: postgres://x/y\n'),
    [],
    ['server.host', 'server.port', 'server.admin_token', 'database_url'],
  ],
])('%s', (_, after, applied, restart) => {
  expect(compareConfigs(read(acme()), read(after))).toEqual({ applied, restart })
})

test('another data directory moves the drop folders too', () => {
  expect(compareConfigs(read(acme()), read(acme('data: /srv/other\n')))).toMatchObject({ restart: ['data'] })
})
