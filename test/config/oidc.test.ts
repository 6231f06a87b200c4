/** The OpenID provider of the configuration: what it may be, and what is said of what it may not. */
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { compareConfigs, readEnvironment } from '../../src/config/index.ts'
import { checkText } from '../../src/config/load.ts'

const SECRET = { ROSTERD_OIDC_CLIENT_SECRET: 'a-secret-of-the-client' }
const check = (oidc: string, env: Record<string, string> = SECRET) =>
  checkText(
    'x',
    `console: { oidc: { ${oidc} } }
organizations:
  acme: { name: Acme, administrators: [{ email: kim@acme.example, role: admin }] }
`,
    readEnvironment(env),
  )
const GOOD = 'issuer: https://id.acme.example, client_id: rosterd, roles: { it: admin }'

describe('an OpenID provider', () => {
  test('needs an issuer, a client and roles; the rest has usual values', () => {
    const { config, problems } = check(GOOD)
    expect(problems).toEqual([])
    expect(config?.oidc).toEqual({
      issuer: 'https://id.acme.example',
      clientId: 'rosterd',
      name: 'your identity provider',
      scopes: 'openid profile email',
      emailClaim: 'email',
      rolesClaim: 'roles',
      roles: { it: 'admin' },
    })
    expect(config?.secrets.oidcClientSecret).toBe(SECRET.ROSTERD_OIDC_CLIENT_SECRET)
    expect(inspect(config, { depth: 9, showHidden: true }) + JSON.stringify(config)).not.toContain('a-secret')
  })

  test.each([
    [`${GOOD.replace('https:', 'http:')}`, 'console.oidc.issuer must be an address that begins with https://'],
    [GOOD.replace('https:', 'ftp:'), 'console.oidc.issuer must be an address that begins with https://'],
    [GOOD.replace('{ it: admin }', '{}'), 'console.oidc.roles must name at least one.'],
    [GOOD.replace('admin', '{ acne: admin }'), 'There is no organization acne. Did you mean acme?'],
    [`${GOOD}, scopes: profile email`, 'console.oidc.scopes must contain openid.'],
    [`${GOOD}, secret: x`, '"secret" is not a setting of console.oidc.'],
    ['issuer: https://id.acme.example, roles: { it: admin }', 'console.oidc.client_id is missing.'],
  ])('%s: %s', (oidc, says) => {
    const { config, problems } = check(oidc)
    expect(config).toBeNull()
    expect(problems.map(({ message }) => message).join('\n')).toContain(says)
  })

  test('on this machine may do without https', () => {
    expect(check(GOOD.replace('https://id.acme.example', 'http://localhost:8081')).problems).toEqual([])
  })

  test('needs the secret, which may also stand in the file', () => {
    const { config, problems } = check(GOOD, {})
    expect(config).toBeNull()
    expect(problems[0]?.message).toContain('ROSTERD_OIDC_CLIENT_SECRET')
    expect(check(`${GOOD}, client_secret: in-the-file`, {}).config?.secrets.oidcClientSecret).toBe('in-the-file')
  })

  test('is taken over by a running daemon', () => {
    const [before, after] = [check(GOOD).config, check(`${GOOD}, name: Okta`).config]
    if (before === null || after === null) throw new Error('no configuration')
    expect(compareConfigs(before, after)).toEqual({ applied: ['console'], restart: [] })
  })
})
