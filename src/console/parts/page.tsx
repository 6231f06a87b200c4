/** What stands around every page: the head, the navigation, the heading and what was just done. */
import type { PropsWithChildren } from 'hono/jsx'
import type { Notice } from '../../store/sessions.ts'
import { asset } from '../assets.ts'
import { useAddress, useHere } from '../here.ts'
import type { Screen } from '../screen.ts'
import { Navigation } from './navigation.tsx'

export function Page({
  title,
  place,
  crumbs = [],
  aside,
  lead,
  body,
  refresh,
  notice,
}: Screen & { notice: Notice | null }) {
  const { organization } = useHere()
  return (
    <Document title={organization === null ? title : `${title} · ${organization.name}`} refresh={refresh}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Navigation place={place} />
      <main id="main" tabindex={-1}>
        <Crumbs crumbs={crumbs} />
        <header class="head">
          <div>
            <h1>{title}</h1>
            {lead && <p class="lead">{lead}</p>}
          </div>
          {aside && <div class="head-aside">{aside}</div>}
        </header>
        <div id="notice" role="status">
          {notice && <p class={`notice ${notice.kind}`}>{notice.text}</p>}
        </div>
        {body}
      </main>
      <Keys />
    </Document>
  )
}

/** A page of nobody's organization: signing in, and errors before it. */
export function BarePage({ title, children }: PropsWithChildren<{ title: string }>) {
  return (
    <Document title={title}>
      <main id="main" class="bare" tabindex={-1}>
        <p class="brand">rosterd</p>
        {children}
      </main>
    </Document>
  )
}

/** htmx writes no styles and evaluates no text as a script: the Content-Security-Policy would refuse both. */
const HTMX = JSON.stringify({ includeIndicatorCSS: false, history: true, transitions: false })

function Document({ title, refresh, children }: PropsWithChildren<{ title: string; refresh?: number | undefined }>) {
  const { theme } = useHere()
  return (
    <html lang="en" {...(theme === null ? {} : { 'data-theme': theme })}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="htmx-config" content={HTMX} />
        <title>{`${title} · rosterd`}</title>
        <link rel="icon" href={asset('icon.svg')} type="image/svg+xml" />
        <link rel="stylesheet" href={asset('style.css')} />
        <script src={asset('htmx.js')} defer />
        <script src={asset('page.js')} defer />
        {refresh !== undefined && (
          <noscript>
            <meta http-equiv="refresh" content={String(refresh)} />
          </noscript>
        )}
      </head>
      <body>{children}</body>
    </html>
  )
}

function Crumbs({ crumbs }: { crumbs: [string, string][] }) {
  const at = useAddress()
  if (crumbs.length === 0) return null
  return (
    <nav class="crumbs" aria-label="Breadcrumb">
      <ol>
        {crumbs.map(([name, path]) => (
          <li>
            <a href={at(path)}>{name}</a>
          </li>
        ))}
      </ol>
    </nav>
  )
}

const KEYS: [string, string][] = [
  ['j', 'next row'],
  ['k', 'row before'],
  ['x', 'tick the row, or untick it'],
  ['e', 'open the row'],
  ['/', 'search'],
  ['?', 'this list'],
]

function Keys() {
  return (
    <dialog id="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl class="keys">
        {KEYS.map(([key, does]) => (
          <div>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  )
}
