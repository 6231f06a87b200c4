#!/usr/bin/env -S node --max-semi-space-size=32 --max-old-space-size=512
/**
 * The program `rosterd`. The daemon's garbage is short-lived: told that memory is scarce, V8 collects in time and gives pages back, which
 * halves what the process holds and costs it no time. What lives is some 50 MB, whatever the size of an organization.
 * Only this file may run under an old Node: everything else is loaded once the version is known to do.
 */

const OLDEST = 24
const major = Number(process.versions.node.split('.')[0])

if (major < OLDEST) {
  process.stderr.write(`rosterd needs Node ${OLDEST} or newer; this is ${process.version} (${process.execPath}).\n`)
  process.exitCode = 1
} else {
  const [{ run }, { processTerminal }] = await Promise.all([import('./program.ts'), import('./terminal.ts')])
  const argv = process.argv.slice(2)
  // A reader that has seen enough (`rosterd members | head`) closes the pipe: that is no error.
  // What the daemon says may be lost where its output goes to a full disk.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOSPC' && argv.includes('serve')) return
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
  process.exitCode = await run(argv, processTerminal(argv))
  // A call into a file system that hangs keeps the process, and even process.exit() waits for its thread. By now all else is closed.
  if (argv.includes('serve')) setTimeout(() => process.kill(process.pid, 'SIGKILL'), 2_000).unref()
}
