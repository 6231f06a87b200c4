import type { Setting, World } from './pipeline.ts'

/** The world as it was at first, down to the next number of every id; a database of its own per example would cost more than the example. */
export async function anew(world: World, setting: Setting): Promise<void> {
  const tables = await world.sql<{ name: string }[]>`
    select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`
  await world.sql.unsafe(`truncate ${tables.map(({ name }) => name).join(', ')} restart identity`)
  await world.configure(setting)
}
