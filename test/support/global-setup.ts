import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { openConnection } from '../../src/store/connection.ts'
import { startEmbedded } from '../../src/store/embedded/index.ts'
import { migrate } from '../../src/store/migrate.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server of this test run, by the URL of a database that exists on it, and the migrated template to copy. */
    postgres: { url: string; template: string }
  }
}

/** One PostgreSQL for the run, DATABASE_URL when it is set and an embedded one without fsync otherwise. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await openServer()
  const template = `rosterd_test_${randomBytes(5).toString('hex')}`
  const sql = await openConnection(server.url, { max: 1 })
  try {
    await sql`create database ${sql(template)}`
    await migrate(databaseUrl(server.url, template))
    await sql`alter database ${sql(template)} allow_connections false`
  } catch (error) {
    await sql.end()
    await server.close()
    throw error
  }
  project.provide('postgres', { url: server.url, template })
  return async () => {
    await sql`drop database ${sql(template)} with (force)`
    await sql.end()
    await server.close()
  }
}

interface Server {
  readonly url: string
  close(): Promise<void>
}

async function openServer(): Promise<Server> {
  const given = process.env['DATABASE_URL']
  if (given) return { url: given, close: async () => {} }
  const directory = await mkdtemp(join(tmpdir(), 'rosterd-test-'))
  // Under root the server runs as a system account, which must be able to pass through.
  await chmod(directory, 0o711)
  const remove = () => rm(directory, { recursive: true, force: true })
  const database = await startEmbedded(directory, { fsync: false }).catch(async (error) => {
    await remove()
    throw error
  })
  return {
    url: database.url,
    close: async () => {
      await database.stop()
      await remove()
    },
  }
}

function databaseUrl(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}
