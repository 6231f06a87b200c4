/**
 * The ceiling: Hono and postgres.js with one indexed select, or one durable insert, a request, and nothing else. Started as a process of
 * its own with DATABASE_URL; says on its first line where it listens.
 */
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import postgres from 'postgres'
import { v7 } from './uuid.ts'

const url = process.env['DATABASE_URL']
if (url === undefined) throw new Error('DATABASE_URL is not set')
const sql = postgres(url, { max: 10 })
await sql`create table if not exists plain (id uuid primary key, user_name text collate "C" not null, document json not null)`
await sql`create unique index if not exists plain_user_name on plain (user_name)`

const app = new Hono()
app.post('/plain', async (c) => {
  const document = await c.req.text()
  const id = v7()
  await sql`insert into plain (id, user_name, document) values (${id}, ${id}, ${document}::text::json)`
  return c.json({ id }, 201)
})
app.get('/plain/:id', async (c) => {
  const [row] = await sql`select id, document from plain where id = ${c.req.param('id')}`
  return row ? c.json(row['document']) : c.notFound()
})
app.get('/named', async (c) => {
  const [row] = await sql`select id, document from plain where user_name = ${c.req.query('name') ?? ''}`
  return c.json(row?.['document'] ?? null)
})
app.get('/page', async (c) => {
  const rows = await sql`select id, document from plain order by id limit 100`
  return c.json(rows.map((row) => row['document']))
})
/** Fills the table up to so many rows, and gives the ids of some from all over it. */
app.post('/fill/:rows', async (c) => {
  const document = await c.req.text()
  await sql`
    insert into plain (id, user_name, document) select gen_random_uuid(), 'person.' || n, ${document}::text::json
    from generate_series(1, ${Number(c.req.param('rows'))}::int) n on conflict do nothing`
  await sql`vacuum analyze plain`
  const rows = await sql`select id from plain order by random() limit 5000`
  return c.json(rows)
})

serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => console.log(`http://127.0.0.1:${port}`))
