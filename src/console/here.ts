/** Where a page is and for whom it is drawn: what its parts need to know without being told one by one. */
import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import { createContext, useContext } from 'hono/jsx'
import { type AdministratorRole, holds } from '../reconcile/roles.ts'
import type { OpenOrganization } from '../store/sessions.ts'
import { type ConsoleEnv, type Door, formToken } from './door.ts'

export interface Here {
  /** The organization of the page; null on pages of none. */
  organization: OpenOrganization | null
  /** All that this session opens. */
  organizations: OpenOrganization[]
  /** Who is signed in, as pages show it; null: nobody. */
  who: string | null
  /** What forms carry. */
  token: string
  /** The path and the query of this page. */
  path: string
  query: URLSearchParams
  /** IANA zone of the organization: every moment is shown in it. */
  zone: string
  /** When the page was asked for. */
  now: Date
  theme: 'light' | 'dark' | null
  version: string
  /** Whether there is a page under this pattern below the organization. */
  offers(pattern: string): boolean
}

const context = createContext<Here | null>(null)
export const HereProvider = context.Provider

/** How the bootstrap administrator is called, who has no address. */
const BOOTSTRAP_SHOWN = 'Bootstrap administrator'

export function hereOf(door: Door, c: Context<ConsoleEnv>, organization: { key: string; zone: string } | null): Here {
  const { signedIn, secret } = c.var
  const organizations = signedIn?.organizations ?? []
  const { pathname, searchParams } = new URL(c.req.url)
  const theme = getCookie(c, 'theme')
  return {
    organization: organizations.find((one) => one.key === organization?.key) ?? null,
    organizations,
    who: signedIn === null ? null : (organizations[0]?.email ?? signedIn.session.administratorKey ?? BOOTSTRAP_SHOWN),
    token: secret === null ? '' : formToken(secret),
    path: pathname,
    query: searchParams,
    zone: organization?.zone ?? 'UTC',
    now: door.context.parts.now(),
    theme: theme === 'light' || theme === 'dark' ? theme : null,
    version: door.context.version,
    offers: (pattern) => door.offered.has(pattern),
  }
}

/** @throws where something is drawn outside of a page, or by a component that waits: by then the page is another's */
export function useHere(): Here {
  const here = useContext(context)
  if (here === null) throw new Error('this is drawn on pages only')
  return here
}

/** Whether whoever is signed in may do what needs this role here. */
export function useMay(): (role: AdministratorRole) => boolean {
  const { organization } = useHere()
  return (role) => organization !== null && holds(organization.role, role)
}

/** `/o/acme` and what follows. */
export function useAddress(): (path?: string) => string {
  const { organization } = useHere()
  return (path = '') => addressOf(organization?.key ?? '', path)
}

export const addressOf = (organization: string, path = ''): string => `/o/${encodeURIComponent(organization)}${path}`

/** The address of this page with some of its query changed; null takes a name away. Whatever page of a list it was, it begins again. */
export function withQuery(path: string, query: URLSearchParams, changes: Record<string, string | null>): string {
  const next = new URLSearchParams(query)
  next.delete('after')
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) next.delete(name)
    else next.set(name, value)
  }
  const text = next.toString()
  return text === '' ? path : `${path}?${text}`
}
