/** How people sign in to the console at an OpenID provider, and what its claims make of them. */
import { z } from 'zod'
import { type AdministratorRole, ROLES } from '../reconcile/roles.ts'
import { isLoopback } from './overrides.ts'
import * as setting from './setting.ts'

/** As the provider writes itself into its tokens. Over http a token could be anybody's, but for a provider on this machine. */
const issuer = setting.word.refine((text) => {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.search !== '' || url.hash !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}, 'must be an address that begins with https://, such as https://acme.okta.example')

const role = z.enum(ROLES)
const claim = (usual: string) => setting.word.default(usual)

export const oidc = z.strictObject({
  issuer: issuer.describe('The issuer, exactly as the provider names it.'),
  client_id: setting.word,
  client_secret: setting.word.optional().describe('Better in the environment. (ROSTERD_OIDC_CLIENT_SECRET)'),
  name: setting.word.default('your identity provider').describe('As the button calls it: Sign in with Okta.'),
  scopes: setting.word
    .refine((text) => text.split(/\s+/).includes('openid'), 'must contain openid')
    .default('openid profile email')
    .describe('What is asked for, separated by blanks; some providers give groups only when asked.'),
  email_claim: claim('email').describe('The claim with the e-mail address that people have here.'),
  roles_claim: claim('roles').describe('The claim with roles or groups: a text or a list of texts.'),
  roles: z
    .record(setting.word, z.union([role, z.record(setting.slug, role)]))
    .refine((all) => Object.keys(all).length > 0, 'must name at least one')
    .describe(
      'What a value of that claim makes of somebody: a role in every organization, or one for each organization that is named.',
    ),
})

export interface Oidc {
  issuer: string
  clientId: string
  /** As people call it. */
  name: string
  scopes: string
  emailClaim: string
  rolesClaim: string
  /** By value of the claim: a role in every organization, or by key of organization. */
  roles: Record<string, AdministratorRole | Record<string, AdministratorRole>>
}

export function oidcOf(section: z.output<typeof oidc>): Oidc {
  const { issuer, client_id: clientId, name, scopes, roles } = section
  return { issuer, clientId, name, scopes, emailClaim: section.email_claim, rolesClaim: section.roles_claim, roles }
}
