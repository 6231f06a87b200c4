/** Tenancy: rows of one organization never name what belongs to another, and no reading function crosses over. */
import { readdir } from 'node:fs/promises'
import { expect } from 'vitest'
import type { Sql, Transaction } from '../../../src/store/connection.ts'
import { type Cases, found, type Ground } from './ground.ts'
import { LOOKS } from './looks.ts'
import { live, openTenant, type Tenant } from './tenants.ts'
import { TOUCHES, WITHOUT_ORGANIZATION } from './touches.ts'

/** Whose id a column holds. Ids of these tables are given once in the whole database, so a foreign one is seen. */
const NAMES: Record<string, string> = {
  person_id: 'people',
  from_person_id: 'people',
  target_id: 'people',
  merged_into: 'people',
  plan_id: 'plans',
  proposal_id: 'plans',
  superseded_by: 'plans',
  snapshot_id: 'snapshots',
  last_snapshot_id: 'snapshots',
  from_change: 'changes',
  to_change: 'changes',
  change: 'changes',
}

const worlds = new WeakMap<Sql, Promise<{ one: Tenant; other: Tenant }>>()

/** Two organizations that live through the same at the same time, so that their statements interleave; nothing here changes them. */
function two({ sql }: Ground): Promise<{ one: Tenant; other: Tenant }> {
  const known = worlds.get(sql) ?? beginTwo(sql)
  worlds.set(sql, known)
  return known
}

async function beginTwo(sql: Sql): Promise<{ one: Tenant; other: Tenant }> {
  const more = ['eve', 'fay']
  const [alpha, omega] = [await openTenant(sql, 'alpha', []), await openTenant(sql, 'omega', more)]
  const [one, other] = await Promise.all([live(alpha, 'alpha', []), live(omega, 'omega', more)])
  return { one, other }
}

/** Does something in a transaction that leaves nothing, and tells what it found. */
async function undone<T>(sql: Sql, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const answers: T[] = []
  const done = new Error('done')
  await sql
    .begin(async (transaction) => {
      answers.push(await work(transaction))
      throw done
    })
    .catch((error: unknown) => {
      if (error !== done) throw error
    })
  return found(answers[0], 'an answer')
}

/** A digest of every row of an organization, as this transaction sees them. */
async function digest(transaction: Transaction, organization: number, tables: string[]): Promise<string> {
  const [row] = await transaction<{ digest: string }[]>`
    select md5(string_agg(line, ',' order by line)) as digest from (${tables
      .map((table) => {
        const owner = table === 'organizations' ? 'id' : 'organization_id'
        return transaction`
          select ${table} || to_jsonb(t)::text as line from ${transaction(table)} t where ${transaction(owner)} = ${organization}`
      })
      .reduce((all, one) => transaction`${all} union all ${one}`)}) lines`
  return found(row).digest
}

async function columns({ sql }: Ground): Promise<{ table: string; column: string }[]> {
  return await sql<{ table: string; column: string }[]>`
    select c.table_name as table, c.column_name as column from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.table_name <> 'organizations' order by 1, 2`
}

export const tenancy: Cases = {
  'every table has a primary key, and it begins with the organization': async ({ sql }) => {
    const tables = await sql<{ table: string; first: string | null }[]>`
      select c.relname as table, (
        select a.attname from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
        where i.indrelid = c.oid and i.indisprimary) as first
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and n.nspname = 'public' order by 1`
    expect(tables.length).toBeGreaterThan(20)
    expect(
      tables.filter(({ table, first }) => first !== (table === 'organizations' ? 'id' : 'organization_id')),
    ).toEqual([])
  },
  'what is unique is unique in its organization; a token, a link and a session say which one they are of': async ({
    sql,
  }) => {
    const loose = await sql<{ name: string }[]>`
      select i.indexrelid::regclass::text as name from pg_index i
      join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
      where n.nspname = 'public' and i.indisunique and c.relname <> 'organizations' and a.attname <> 'organization_id'`
    expect(loose.map((index) => index.name).sort()).toEqual(['login_links_hash', 'sessions_hash', 'tokens_hash'])
  },
  'no row of one organization carries an id or a text of the other': async (ground) => {
    const { one, other } = await two(ground)
    const { sql } = ground
    const crossing: string[] = []
    const seen = new Set<string>()
    for (const [mine, theirs] of [
      [one, other],
      [other, one],
    ] as const) {
      const [a, b] = [mine.ground.id, theirs.ground.id]
      for (const { table, column } of await columns(ground)) {
        if (column === 'organization_id') {
          const texts = await sql`
            select from ${sql(table)} t where organization_id = ${a} and to_jsonb(t)::text like ${`%${theirs.mark}%`}`
          const own =
            await sql`select from ${sql(table)} t where organization_id = ${a} and to_jsonb(t)::text like ${`%${mine.mark}%`}`
          if (texts.length > 0) crossing.push(`${table} says ${theirs.mark}`)
          if (own.length > 0) seen.add(table)
        }
        const names = NAMES[column]
        if (names === undefined) continue
        const key = names === 'changes' ? 'number' : 'id'
        const [found] = await sql<{ own: number; foreign: number }[]>`
          select (count(*) filter (where p.organization_id = ${a}))::int as own,
            (count(*) filter (where p.organization_id = ${b}))::int as foreign
          from ${sql(table)} t join ${sql(names)} p on p.${sql(key)} = t.${sql(column)} where t.organization_id = ${a}`
        if ((found?.foreign ?? 0) > 0) crossing.push(`${table}.${column}`)
        if ((found?.own ?? 0) > 0) seen.add(`${table}.${column}`)
      }
    }
    expect(crossing).toEqual([])
    // The story fills what can be filled: a table that stays empty would prove nothing.
    for (const table of ['directory_users', 'members', 'plan_items', 'letters', 'audit', 'row_errors', 'staged_rows'])
      expect([...seen]).toContain(table)
    for (const column of [
      'claims.person_id',
      'grants.person_id',
      'waits.person_id',
      'outcomes.plan_id',
      'letters.plan_id',
    ])
      expect([...seen]).toContain(column)
  },
  'ids that tables share are given once in the whole database': async ({ sql }) => {
    for (const [table, key] of [
      ['people', 'id'],
      ['members', 'id'],
      ['plans', 'id'],
      ['snapshots', 'id'],
      ['changes', 'number'],
    ] as const) {
      const twice = await sql`select from ${sql(table)} group by ${sql(key)} having count(*) > 1`
      expect([table, twice.length]).toEqual([table, 0])
    }
  },
  'every reading function of the store, asked by one organization for what is of another, finds nothing': async (
    ground,
  ) => {
    const { one, other } = await two(ground)
    const wrong: string[] = []
    for (const [name, look] of Object.entries(LOOKS)) {
      const ask = (as: Ground) =>
        undone(as.sql, async (transaction) => {
          const answer = { is: await look(transaction, as, other) }
          return { people: peopleIn(answer), text: JSON.stringify(answer, plain) }
        })
      const [{ text: foreign, people }, { text: own }] = [await ask(one.ground), await ask(other.ground)]
      if (foreign.includes('omega')) wrong.push(`${name} shows the other organization: ${foreign}`)
      const strangers = people.filter((person) => other.people.includes(person))
      if (strangers.length > 0) wrong.push(`${name} names people of the other organization: ${strangers}`)
      if (foreign === own) wrong.push(`${name} says the same to both: ${own}`)
    }
    expect(wrong).toEqual([])
  },
  'no writing function of the store, told by one organization, changes a row of another': async (ground) => {
    const { one, other } = await two(ground)
    const tables = ['organizations', ...new Set((await columns(ground)).map(({ table }) => table))]
    const wrong: string[] = []
    for (const [name, touch] of Object.entries(TOUCHES)) {
      const changes = (as: Ground) =>
        undone(as.sql, async (transaction) => {
          const before = await digest(transaction, other.ground.id, tables)
          // Some are refused, by a foreign key or a constraint: that is well too.
          await transaction.savepoint((inner) => touch(inner, as, other)).catch(() => undefined)
          return before !== (await digest(transaction, other.ground.id, tables))
        })
      if (await changes(one.ground)) wrong.push(`${name} reaches into the other organization`)
      if (!(await changes(other.ground))) wrong.push(`${name} changes nothing of its own`)
    }
    expect(wrong).toEqual([])
  },
  'every exported function of the store is tried here, or is given no organization': async () => {
    const folder = new URL('../../../src/store/', import.meta.url)
    const exported: string[] = []
    for (const file of await readdir(folder)) {
      if (!file.endsWith('.ts') || file === 'schema.ts' || file === 'columns.ts') continue
      const module: Record<string, unknown> = await import(new URL(file, folder).href)
      exported.push(...Object.keys(module).filter((name) => typeof module[name] === 'function' && /^[a-z]/.test(name)))
    }
    const known = [...Object.keys(LOOKS), ...Object.keys(TOUCHES), ...WITHOUT_ORGANIZATION]
    expect(known.filter((name) => !exported.includes(name))).toEqual([])
    expect(exported.filter((name) => !known.includes(name))).toEqual([])
  },
}

/** Ids of people wherever an answer names them. */
function peopleIn(answer: unknown): number[] {
  const people: number[] = []
  JSON.stringify(answer, (key, value: unknown) => {
    if (typeof value === 'number' && /person|newcomer|candidate/i.test(key)) people.push(value)
    return plain(key, value)
  })
  return people
}

/** Maps and sets as JSON. */
function plain(_: string, value: unknown): unknown {
  return value instanceof Map || value instanceof Set ? [...value] : value
}
