/** The OpenAPI document and the page made of it. */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openApiText } from '../../scripts/generate-openapi.ts'
import { fieldsOf, typeOf } from '../../src/api/reference-fields.ts'
import { CATALOGUE } from '../../src/errors.ts'
import { routesOf } from './lived-in.ts'
import { openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.drop())

it('docs/openapi.json is up to date: node scripts/generate-openapi.ts', async () => {
  const committed = await readFile(new URL('../../docs/openapi.json', import.meta.url), 'utf8')
  expect(JSON.parse(committed)).toEqual(JSON.parse(openApiText()))
})

it('what is served is the same, but for its version', async () => {
  const { json } = await world.ask(null, 'GET', '/api/v1/openapi.json')
  const { info, ...rest } = JSON.parse(openApiText())
  expect(json).toEqual({ ...rest, info: { ...info, version: '0.0.0' } })
})

it('every route says who may ask it, what it is about, and what comes of it', () => {
  const routes = routesOf(JSON.parse(openApiText()))
  expect(routes.length).toBeGreaterThan(35)
  const document = JSON.parse(openApiText())
  const ids = routes.map(({ method, path }) => `${method} ${path}`)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { method, path } of routes) {
    const one = document.paths[path][method.toLowerCase()]
    expect([path, one.tags.length, one.summary.length > 5, one.security]).toEqual([path, 1, true, [{ bearer: [] }]])
  }
})

it('the reference shows every route and every error, and loads nothing', async () => {
  const page = await world.ask(null, 'GET', '/api/v1/docs')
  expect([page.status, page.type]).toEqual([200, 'text/html; charset=UTF-8'])
  expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'/)
  for (const { path } of routesOf(JSON.parse(openApiText()))) expect(page.text).toContain(`<code>${path}</code>`)
  for (const code of Object.keys(CATALOGUE)) expect(page.text).toContain(`<code>${code}</code>`)
  expect(page.text).not.toMatch(/<script|<link|<img|<iframe|src=|url\(|@import/)
  const links = [...page.text.matchAll(/href="([^"]*)"/g)].map((match) => match[1] ?? '')
  const anchors = new Set([...page.text.matchAll(/id="([^"]*)"/g)].map((match) => `#${match[1]}`))
  expect(links.filter((link) => !anchors.has(link))).toEqual(['/api/v1/openapi.json'])
  expect(anchors.size).toBe([...page.text.matchAll(/id="/g)].length)
})

it.each([
  [{ type: 'string', maxLength: 9 }, 'text (up to 9 characters)'],
  [{ type: ['string', 'null'], format: 'date-time' }, 'text or null (such as 2027-06-30T00:00:00Z)'],
  [{ type: 'array', items: { $ref: '#/components/schemas/Plan' } }, 'list of #Plan'],
  [{ anyOf: [{ $ref: '#/components/schemas/Plan' }, { type: 'null' }] }, '#Plan or null'],
  [{ type: 'object', additionalProperties: { type: 'number' } }, 'object of number'],
  [{ type: 'object', properties: { a: { type: 'integer', minimum: 1 } } }, '{ a: whole number (from 1) }'],
  [{ enum: ['x', 'y'] }, 'one of x, y'],
  [{}, 'anything'],
])('a type in words: %j', (schema, text) => {
  expect(typeOf(schema)).toBe(text)
})

it('the fields of a schema that extends another are those of both', () => {
  const parts = [{ $ref: '#/components/schemas/Plan' }, { type: 'object', properties: { more: { type: 'boolean' } } }]
  expect(fieldsOf({ allOf: parts })?.map((field) => field.name)).toEqual(['… all of Plan', 'more'])
})
