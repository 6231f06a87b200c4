/**
 * The same requests through scimmy-routers, the best known SCIM server of npm, over the same PostgreSQL: its documents in one table with
 * an index on what is looked up, written and read as its documentation shows. A process of its own with DATABASE_URL.
 */
import express from 'express'
import postgres from 'postgres'
import SCIMMY from 'scimmy'
import SCIMMYRouters from 'scimmy-routers'
import { z } from 'zod'
import { v7 } from './uuid.ts'

const url = process.env['DATABASE_URL']
if (url === undefined) throw new Error('DATABASE_URL is not set')
const sql = postgres(url, { max: 10 })
await sql`
  create table if not exists scimmy (id uuid primary key, type text not null, key text collate "C" not null, document json not null)`
await sql`create unique index if not exists scimmy_key on scimmy (type, key)`
await sql`create index if not exists scimmy_type on scimmy (type, id)`

const stored = z.record(z.string(), z.unknown())
const text = z.string()

function handlers(type: 'User' | 'Group', keyOf: 'userName' | 'displayName') {
  return {
    async ingress(resource: { id?: string | undefined }, instance: unknown) {
      const document = stored.parse(JSON.parse(JSON.stringify(instance)))
      const id = resource.id ?? v7()
      const key = text.parse(document[keyOf]).toLowerCase()
      const whole = JSON.stringify({ ...document, id })
      const rows =
        resource.id === undefined
          ? await sql`insert into scimmy values (${id}, ${type}, ${key}, ${whole}::text::json) on conflict do nothing returning id`
          : await sql`update scimmy set key = ${key}, document = ${whole}::text::json where id = ${id} returning id`
      if (rows.length === 0) throw new SCIMMY.Types.Error(409, 'uniqueness', `${key} is there already`)
      return JSON.parse(whole)
    },
    async egress(resource: {
      id?: string | undefined
      filter?: unknown
      constraints?: { startIndex?: number; count?: number } | undefined
    }) {
      if (resource.id !== undefined) {
        const [row] = await sql`select document from scimmy where id = ${resource.id} and type = ${type}`
        if (row === undefined) throw new SCIMMY.Types.Error(404, '', `${resource.id} is not there`)
        return row['document']
      }
      const [clause] = Array.isArray(resource.filter) ? resource.filter : []
      const named = stored.safeParse(clause).data?.[keyOf]
      if (Array.isArray(named)) {
        return (
          await sql`select document from scimmy where type = ${type} and key = ${text.parse(named[1]).toLowerCase()}`
        ).map((row) => row['document'])
      }
      const { startIndex = 1, count = 100 } = resource.constraints ?? {}
      return (
        await sql`select document from scimmy where type = ${type} order by id limit ${count} offset ${startIndex - 1}`
      ).map((row) => row['document'])
    },
    async degress(resource: { id?: string | undefined }) {
      await sql`delete from scimmy where id = ${resource.id ?? ''}`
    },
  }
}

const users = handlers('User', 'userName')
const groups = handlers('Group', 'displayName')
SCIMMY.Resources.declare(SCIMMY.Resources.User).ingress(users.ingress).egress(users.egress).degress(users.degress)
SCIMMY.Resources.declare(SCIMMY.Resources.Group).ingress(groups.ingress).egress(groups.egress).degress(groups.degress)

const app = express()
app.use('/scim', new SCIMMYRouters({ type: 'bearer', handler: () => 'bench' }))
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}`)
})
