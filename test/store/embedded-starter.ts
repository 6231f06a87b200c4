// A daemon in miniature, run as a process of its own by embedded.test.ts: starts the database of the directory given,
// claims it, says so in one line of JSON and stays until SIGTERM. SRC is the source tree to use.

const source = process.env['SRC'] ?? new URL('../../src', import.meta.url).pathname
const { startEmbedded }: typeof import('../../src/store/embedded/index.ts') = await import(
  `${source}/store/embedded/index.ts`
)
const { claimDataDirectory, openConnection }: typeof import('../../src/store/connection.ts') = await import(
  `${source}/store/connection.ts`
)

const [, , directory = ''] = process.argv
try {
  const database = await startEmbedded(directory, { fsync: false })
  const sql = await openConnection(database.url)
  const claim = await claimDataDirectory(sql)
  process.once('SIGTERM', async () => {
    await claim.release()
    await sql.end()
    await database.stop()
    process.exit(0)
  })
  console.log(JSON.stringify({ url: database.url }))
} catch (error) {
  console.log(JSON.stringify({ error: error instanceof Error && 'code' in error ? error.code : String(error) }))
  process.exit(1)
}
