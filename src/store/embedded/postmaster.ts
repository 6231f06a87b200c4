import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lookUpProcess, type ProcessEntry } from './process-table.ts'
import { readIfThere } from './write-once.ts'

/** The living server of a cluster. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly status: 'starting' | 'ready' | 'stopping'
  /** Whether the process that launched it lives and is its parent still. */
  readonly launcher: { readonly pid: number; readonly alive: boolean }
  /** Whether the kernel stops it together with its launcher. */
  readonly follows: boolean
}

const UNWRITTEN_FOR_MS = 2_000

/** The arguments by which a server says who launched it and whether it ends with that process. */
export function signature(launcher: number, follows: boolean): string[] {
  return ['-c', `rosterd.launcher=${launcher}`, '-c', `rosterd.follows=${follows ? 'on' : 'off'}`]
}

/**
 * The server that runs on this cluster, if any. What a dead one left behind is cleared away where PostgreSQL itself
 * would stumble over it: a lock file whose process id belongs to somebody else by now, or one that was never written.
 */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const path = join(cluster, 'postmaster.pid')
  const unwrittenUntil = performance.now() + UNWRITTEN_FOR_MS
  for (;;) {
    const file = await readIfThere(path)
    if (file === undefined) return undefined
    const lines = file.split('\n').map((line) => line.trim())
    const pid = Number(lines[0])
    if (!Number.isSafeInteger(pid) || pid <= 0) {
      if (performance.now() < unwrittenUntil) await sleep(50)
      else await rm(path, { force: true })
      continue
    }
    const entry = await lookUpProcess(pid)
    if (entry && isServer(entry, cluster)) return describe(pid, lines, entry)
    if (entry && (await readIfThere(path)) === file) await rm(path, { force: true })
    return undefined
  }
}

/** Whether this process is the server of this cluster. */
export async function isPostmaster(pid: number, cluster: string): Promise<boolean> {
  const entry = await lookUpProcess(pid)
  return entry !== undefined && isServer(entry, cluster)
}

function isServer({ argv, directory }: ProcessEntry, cluster: string): boolean {
  const [program = ''] = argv
  if (directory !== undefined) return basename(program) === 'postgres' && directory === cluster
  return `/${argv.join(' ')} `.includes(`/postgres -D ${cluster} `)
}

function describe(pid: number, lines: string[], entry: ProcessEntry): Postmaster {
  const arguments_ = entry.argv.join(' ')
  const launcher = Number(/ rosterd\.launcher=(\d+)/.exec(arguments_)?.[1] ?? 0)
  const status = lines[7] === 'ready' || lines[7] === 'stopping' ? lines[7] : 'starting'
  return {
    pid,
    port: Number(lines[3]),
    status,
    launcher: { pid: launcher, alive: launcher === entry.parent },
    follows: arguments_.includes(' rosterd.follows=on'),
  }
}

/** How long each signal is given, in milliseconds, before the next: for a server that works, and for one that does not. */
const PATIENCE = {
  working: { SIGINT: 15_000, SIGQUIT: 7_000, SIGKILL: 5_000 },
  broken: { SIGINT: 1_000, SIGQUIT: 1_000, SIGKILL: 5_000 },
} as const
const SIGNALS = ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const

/** Asks a server to stop cleanly (SIGINT), then at once (SIGQUIT), then ends it. Returns when it is gone. */
export async function terminate(
  pid: number,
  cluster: string,
  log: (message: string) => void,
  state: keyof typeof PATIENCE = 'working',
): Promise<void> {
  for (const signal of SIGNALS) {
    if (!(await isPostmaster(pid, cluster))) return
    if (signal !== 'SIGINT') log(`PostgreSQL (process ${pid}) does not stop; sending ${signal}`)
    send(pid, signal)
    if (await gone(pid, cluster, PATIENCE[state][signal])) return
  }
}

/** Waits until a server is gone, at most `patience` milliseconds; says whether it is. */
export async function gone(pid: number, cluster: string, patience: number): Promise<boolean> {
  const deadline = performance.now() + patience
  while (await isPostmaster(pid, cluster)) {
    if (performance.now() > deadline) return false
    await sleep(20)
  }
  return true
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended between the look and the signal.
  }
}
