/** CSV templates, with this organization's product names in their help lines. */
import { z } from '@hono/zod-openapi'
import { RosterdError } from '../errors.ts'
import { listProducts } from '../store/organizations.ts'
import { TEMPLATES, type TemplateName, template } from '../sync/csv/index.ts'
import { type Door, route } from './openapi.ts'

const isTemplate = (name: string): name is TemplateName => Object.hasOwn(TEMPLATES, name)

export function templateRoutes(door: Door): void {
  const names = Object.keys(TEMPLATES).join(', ')
  route(
    door,
    {
      method: 'get',
      path: '/templates',
      noun: 'templates',
      summary: 'CSV templates there are',
      role: 'viewer',
      answer: z.object({
        items: z.array(
          z.object({ name: z.string(), purpose: z.string(), columns: z.array(z.string()) }).openapi('Template'),
        ),
      }),
    },
    async () => ({
      items: Object.entries(TEMPLATES).map(([name, { purpose, columns }]) => ({
        name,
        purpose,
        columns: [...columns],
      })),
    }),
  )

  route(
    door,
    {
      method: 'get',
      path: '/templates/{name}',
      noun: 'templates',
      summary: `A CSV template: ${names}`,
      role: 'viewer',
      answer: z.never(),
      files: ['text/csv'],
    },
    async ({ parts, organization, param }) => {
      const name = param('name').replace(/\.csv$/, '')
      if (!isTemplate(name)) {
        throw new RosterdError('INPUT_INVALID', { detail: `there is no template ${name}; there are ${names}.` })
      }
      const products = (await listProducts(parts.sql, organization.id)).filter((product) => !product.retired)
      const text = template(
        name,
        products.map((product) => product.name),
      )
      const headers = {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="${name}.csv"`,
      }
      return new Response(text, { headers })
    },
  )
}
