import { spawn } from 'node:child_process'

/** A user of this machine that PostgreSQL runs as. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** How a short-lived program ended: its exit code (undefined when it could not be started) and all it wrote. */
export interface Ended {
  readonly code: number | undefined
  readonly output: string
}

/** Runs a program to its end, as `account` when one is given. Never throws; what went wrong is in the output. */
export function run(program: string, args: readonly string[], account?: Account): Promise<Ended> {
  return new Promise((resolve) => {
    const output: Buffer[] = []
    const child = spawn(program, args, { ...surroundings(account), stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.on('data', (part: Buffer) => output.push(part))
    child.stderr.on('data', (part: Buffer) => output.push(part))
    child.once('error', (error) => resolve({ code: undefined, output: error.message }))
    child.once('close', (code) => resolve({ code: code ?? undefined, output: Buffer.concat(output).toString() }))
  })
}

/**
 * What every child process gets: nothing of the daemon's environment, which holds secrets; a working directory that
 * any account may enter; and a session of its own, so that Ctrl-C in a terminal reaches the daemon alone.
 */
export function surroundings(account: Account | undefined) {
  return {
    cwd: '/',
    detached: true,
    env: { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    ...(account && { uid: account.uid, gid: account.gid }),
  }
}
