/** Who may change a setting, and how somebody changes one. */
import { z } from '@hono/zod-openapi'
import type { Actor } from '../sync/parts.ts'
import type { Setter } from '../sync/setting.ts'
import type { Door } from './openapi.ts'

export const managed = z.enum(['config', 'api']).openapi({
  description: '`config`: the configuration file has it, and it is read-only here. `api`: it was set here.',
})

export const setterOf = ({ context }: Door, actor: Actor): Setter => ({
  actor,
  configured: (path) => context.configured?.(path) ?? 'the configuration file',
})
