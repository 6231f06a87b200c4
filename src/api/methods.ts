/** An address that exists, asked with a method that it does not know: 405 with Allow (RFC 9110 §15.5.6), not 404. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { RosterdError } from '../errors.ts'
import type { DoorEnv } from './openapi.ts'

/** Belongs after all routes: what reaches it, none of them has answered. */
export function refuseOtherMethods(app: OpenAPIHono<DoorEnv>): void {
  const known = new Map<string, string[]>()
  for (const { path, method } of app.routes) {
    if (method !== 'ALL' && path.startsWith('/api/v1/')) known.set(path, [...(known.get(path) ?? []), method])
  }
  for (const [path, methods] of known) {
    // Whoever may GET may HEAD.
    const allow = [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].join(', ')
    app.all(path, (c) => {
      throw new RosterdError('METHOD_NOT_ALLOWED', { path: c.req.path, method: c.req.method, allow })
    })
  }
}
