/**
 * The reference: every route of the OpenAPI document as a page to browse. Made here, from the document alone, with nothing to load
 * from anywhere and no script.
 */
import { html, raw } from 'hono/html'
import { z } from 'zod'
import { CATALOGUE } from '../errors.ts'
import type { ApiDocument } from './document.ts'
import { fieldsOf, type Schema, schemaOf, typeOf } from './reference-fields.ts'
import { STYLE } from './reference-style.ts'

const parameter = z.looseObject({
  name: z.string(),
  in: z.string(),
  required: z.boolean().default(false),
  schema: schemaOf.default({}),
})
const content = z.record(z.string(), z.looseObject({ schema: schemaOf.default({}) }))
const operation = z.looseObject({
  tags: z.array(z.string()).default([]),
  summary: z.string().default(''),
  description: z.string().default(''),
  parameters: z.array(parameter).default([]),
  requestBody: z.looseObject({ content }).optional(),
  responses: z.record(z.string(), z.looseObject({ content: content.optional() })),
})
const readable = z.looseObject({
  info: z.looseObject({ title: z.string(), version: z.string(), description: z.string().default('') }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), schemaOf) }),
})

type Operation = z.output<typeof operation>

interface Listed extends Operation {
  method: string
  path: string
  id: string
}

export function referencePage(document: ApiDocument) {
  const { info, paths, components } = readable.parse(document)
  const routes: Listed[] = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({ ...one, path, method, id: idOf(method, path) })),
  )
  const nouns = [...new Set(routes.flatMap((route) => route.tags))]
  const byNoun = nouns.map((noun) => ({ noun, routes: routes.filter((route) => route.tags.includes(noun)) }))
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${info.title} ${info.version} · API reference</title>
    <style>${raw(STYLE)}</style>
  </head>
  <body>
    <nav aria-label="Routes">
      <p><a href="#top">${info.title} ${info.version}</a></p>
      ${byNoun.map(({ noun, routes: own }) => html`<p><a href="#${noun}">${noun}</a></p><ul>${own.map(navLine)}</ul>`)}
      <p><a href="#schemas">schemas</a></p>
      <p><a href="#errors">errors</a></p>
    </nav>
    <main id="top">
      <h1>${info.title} API</h1>
      ${info.description.split('\n\n').map((text) => html`<p>${inline(text)}</p>`)}
      <p>The same for programs: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
      ${byNoun.map(({ noun, routes: own }) => html`<h2 id="${noun}">${noun}</h2>${own.map(routeSection)}`)}
      <h2 id="schemas">schemas</h2>
      ${Object.entries(components.schemas).map(
        ([name, schema]) => html`<section><h3 id="schema-${name}">${name}</h3>${fieldTable(schema)}</section>`,
      )}
      <h2 id="errors">errors</h2>
      <p>Each comes as application/problem+json with these words, its values filled in.</p>
      <table>
        <thead><tr><th>code</th><th>status</th><th>what it says</th><th>what to do next</th></tr></thead>
        <tbody>${Object.entries(CATALOGUE).map(
          ([code, { status, sentence, next }]) =>
            html`<tr><td><code>${code}</code></td><td>${status}</td><td>${withoutDefaults(sentence)}</td><td>${withoutDefaults(next)}</td></tr>`,
        )}</tbody>
      </table>
    </main>
  </body>
</html>`
}

/** `{name|otherwise}` as `{name}`. */
const withoutDefaults = (sentence: string): string => sentence.replaceAll(/\{(\w+)\|[^}]*\}/g, '{$1}')

const idOf = (method: string, path: string): string =>
  `${method}${path.replace('/api/v1', '').replaceAll(/[^a-z]+/g, '-')}`.replace(/-$/, '')

const short = (path: string): string => path.replace('/api/v1/organizations/{organization}', '…')

const navLine = ({ id, method, path }: Listed) =>
  html`<li><a href="#${id}"><b>${method.toUpperCase()}</b> ${short(path)}</a></li>`

function routeSection({ id, method, path, summary, description, parameters, requestBody, responses }: Listed) {
  const given = requestBody?.content['application/json']?.schema
  const answers = Object.entries(responses['200']?.content ?? {})
  return html`<section>
  <h3 id="${id}"><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code></h3>
  <p>${summary}. <span class="role">${description}</span></p>
  ${parameters.length === 0 ? '' : parameterTable(parameters)}
  ${given === undefined ? '' : html`<h4>Body</h4>${fieldTable(given)}`}
  <h4>Answer</h4>
  ${answers.map(([type, { schema }]) =>
    type === 'application/json' ? fieldTable(schema) : html`<p>A file, with <code>Accept: ${type}</code>.</p>`,
  )}
</section>`
}

function parameterTable(parameters: z.output<typeof parameter>[]) {
  return html`<h4>Parameters</h4>
<table>
  <thead><tr><th>name</th><th>in</th><th>type</th><th>meaning</th></tr></thead>
  <tbody>${parameters.map(
    (one) => html`<tr>
    <td><code>${one.name}</code>${one.required ? html` <span class="needed">needed</span>` : ''}</td>
    <td>${one.in}</td><td>${typeText(one.schema)}</td><td>${inline(one.schema.description ?? '')}</td>
  </tr>`,
  )}</tbody>
</table>`
}

function fieldTable(schema: Schema) {
  const fields = fieldsOf(schema)
  if (fields === null) return html`<p>${typeText(schema)}</p>`
  if (fields.length === 0) return html`<p>Nothing: an empty object.</p>`
  return html`<table>
  <thead><tr><th>field</th><th>type</th><th>meaning</th></tr></thead>
  <tbody>${fields.map(
    ({ name, schema: own, needed }) => html`<tr>
    <td><code>${name}</code>${needed ? '' : html` <span class="role">may be absent</span>`}</td>
    <td>${typeText(own)}</td><td>${inline(own.description ?? '')}</td>
  </tr>`,
  )}</tbody>
</table>`
}

/** A type in words, with names of schemas as links. */
function typeText(schema: Schema) {
  const parts = typeOf(schema).split(/(#\w+)/)
  return html`${parts.map((part) =>
    part.startsWith('#') ? html`<a href="#schema-${part.slice(1)}">${part.slice(1)}</a>` : part,
  )}`
}

/** Prose with its `code`. */
function inline(text: string) {
  return html`${text.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part))}`
}
