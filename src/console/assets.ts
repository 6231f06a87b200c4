/** The files that pages load: read once, named by what they hold, so that a browser keeps them until they change. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Door } from './door.ts'

const own = (name: string): URL => new URL(`./assets/${name}`, import.meta.url)

/** As it comes out of the package. */
const htmx = (): URL => pathToFileURL(createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js'))

const FILES: Record<string, { at: () => URL; type: string }> = {
  'style.css': { at: () => own('style.css'), type: 'text/css; charset=utf-8' },
  'page.js': { at: () => own('page.js'), type: 'text/javascript; charset=utf-8' },
  'htmx.js': { at: htmx, type: 'text/javascript; charset=utf-8' },
  'icon.svg': { at: () => own('icon.svg'), type: 'image/svg+xml' },
}

interface Loaded {
  content: string
  type: string
  version: string
}

const loaded = new Map<string, Loaded>()

function load(name: string): Loaded | null {
  const known = loaded.get(name)
  const file = FILES[name]
  if (known !== undefined || file === undefined) return known ?? null
  const content = readFileSync(file.at(), 'utf8')
  const version = createHash('sha256').update(content).digest('base64url').slice(0, 12)
  const fresh = { content, type: file.type, version }
  loaded.set(name, fresh)
  return fresh
}

/** The address of a file, `/assets/style.css?v=…`. */
export function asset(name: string): string {
  const file = load(name)
  if (file === null) throw new Error(`there is no file ${name} for pages`)
  return `/assets/${name}?v=${file.version}`
}

export function assetRoutes({ app }: Door): void {
  app.get('/assets/:name', (c) => {
    const file = load(c.req.param('name'))
    if (file === null) return c.notFound()
    // Under another version the same address may be something else tomorrow.
    const current = c.req.query('v') === file.version
    return c.body(file.content, 200, {
      'content-type': file.type,
      'cache-control': current ? 'public, max-age=31536000, immutable' : 'no-cache',
    })
  })
}
