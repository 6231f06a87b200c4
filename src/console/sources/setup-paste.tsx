/** What each identity provider calls what it has to be told. */
import type { Context } from 'hono'
import type { Door } from '../door.ts'
import { useAddress } from '../here.ts'

export const PASTED = ['okta', 'entra', 'other'] as const
export type Pasted = (typeof PASTED)[number]

const NAMES: Record<Pasted, string> = { okta: 'Okta', entra: 'Microsoft Entra ID', other: 'Another one' }

/** Of the tab that is open; else by the dialect that the configuration gives the source. */
export function pastedOf(given: string | null, settings: Record<string, unknown>): Pasted {
  const dialect = settings['dialect']
  return (
    PASTED.find((one) => one === given) ?? (dialect === 'entra' ? 'entra' : dialect === 'strict' ? 'other' : 'okta')
  )
}

/** Where identity providers reach this daemon, without the path of SCIM. */
export const baseOf = ({ context }: Door, c: Context): string => context.baseUrl?.() ?? new URL(c.req.url).origin

interface Guide {
  where: string
  fields: (base: string) => [name: string, value: string][]
  after: string
}

const GUIDES: Record<Pasted, Guide> = {
  okta: {
    where: 'In the app: General, App Settings, Provisioning: SCIM. Then Provisioning, Integration, Edit:',
    fields: (base) => [
      ['SCIM connector base URL', `${base}/scim/v2`],
      ['Unique identifier field for users', 'userName'],
      ['Supported provisioning actions', 'Push New Users, Push Profile Updates, Push Groups'],
      ['Authentication Mode', 'HTTP Header'],
      ['Authorization (Bearer)', 'the token'],
    ],
    after:
      'Test Connector Configuration, then Save. To App: Create Users, Update User Attributes, Deactivate Users. Assign people, and push the groups that rules name: an assigned group is not pushed by that.',
  },
  entra: {
    where: 'In the enterprise app: Provisioning, Connect your application:',
    fields: (base) => [
      ['Authentication method', 'Bearer authentication'],
      ['Tenant URL', `${base}/scim/v2?aadOptscim062020`],
      ['Secret Token', 'the token, without the word Bearer'],
    ],
    after:
      'Test Connection, then Create. In the mappings match by userName, and set externalId to objectId. Assign people and each group that a rule names, then Start provisioning: the first cycle takes a while, and groups come after people.',
  },
  other: {
    where: 'Whatever speaks SCIM 2.0 asks for these:',
    fields: (base) => [
      ['Base URL', `${base}/scim/v2`],
      ['Authentication', 'OAuth Bearer Token, in the header Authorization'],
      ['Token', 'the token'],
      ['Unique attribute', 'userName'],
    ],
    after: 'Push people, and the groups that rules name. Deactivate by active: false, or delete.',
  },
}

/** @param path of the page below the organization */
export function PastedForm({ pasted, base, path }: { pasted: Pasted; base: string; path: string }) {
  const at = useAddress()
  const { where, fields, after } = GUIDES[pasted]
  return (
    <>
      <nav class="tabs" aria-label="Identity providers">
        <ul>
          {PASTED.map((one) => (
            <li>
              <a href={at(`${path}?for=${one}`)} {...(one === pasted ? { 'aria-current': 'page' } : {})}>
                {NAMES[one]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <p class="hint">{where}</p>
      <dl class="about pasted">
        {fields(base).map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value.startsWith('http') ? <code>{value}</code> : value}</dd>
          </>
        ))}
      </dl>
      <p class="hint">{after}</p>
      {!base.startsWith('https://') && (
        <p class="notice">
          {
            'This address is not https. An identity provider on the internet takes nothing else: let a proxy end TLS, and set '
          }
          <code>ROSTERD_BASE_URL</code>
          {' to its address.'}
        </p>
      )}
    </>
  )
}
