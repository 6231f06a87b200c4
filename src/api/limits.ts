/** Limits: how much a plan may take away before a person has to look. */
import { z } from '@hono/zod-openapi'
import { type LimitsInForce, limitsOf } from '../store/limits.ts'
import { resetLimits, setLimits } from '../sync/set-limits.ts'
import { setterOf } from './managed.ts'
import { type Door, route } from './openapi.ts'

const answer = z
  .object({
    managed: z.enum(['config', 'api', 'default']).openapi({
      description:
        '`config`: the configuration file sets them, and they are read-only here. `api`: they were set here. `default`: nobody has set any.',
    }),
    limits: z.looseObject({}).openapi({
      description:
        'All of them, as the configuration file writes them under `limits:`; docs/guards.md says what each is.',
    }),
  })
  .openapi('Limits')

const body = z.looseObject({}).openapi({
  description: 'As the configuration file writes them under `limits:`. What is left out is as usual, not as before.',
  example: { remove: { percent: 5, number: 20 }, invite: { floor: 200 } },
})

const show = ({ managed, limits }: LimitsInForce): z.input<typeof answer> => ({ managed, limits: { ...limits } })

export function limitRoutes(door: Door): void {
  const noun = 'limits'
  const path = '/limits'
  route(
    door,
    { method: 'get', path, noun, summary: 'The limits that count, and who set them', role: 'viewer', answer },
    async ({ organization }) => show(limitsOf(organization)),
  )

  route(
    door,
    {
      method: 'put',
      path,
      noun,
      summary: 'Set all limits at once, where the configuration file has none; a person looks at the next plan',
      role: 'admin',
      body,
      answer,
    },
    async ({ parts, organization, actor, body: given }) =>
      show(await setLimits(parts, organization, given, setterOf(door, actor))),
  )

  route(
    door,
    { method: 'delete', path, noun, summary: 'Go back to the usual limits', role: 'admin', answer },
    async ({ parts, organization, actor }) => show(await resetLimits(parts, organization, setterOf(door, actor))),
  )
}
