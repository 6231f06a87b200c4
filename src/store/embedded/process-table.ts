import { readFile, readlink } from 'node:fs/promises'
import { run } from './command.ts'

/** What the operating system says about a living process. */
export interface ProcessEntry {
  /** The program's path or name and its arguments; where the system tells only one line, that line. */
  readonly argv: readonly string[]
  /** Its working directory, where the system tells. */
  readonly directory: string | undefined
  readonly parent: number
}

/** Looks up a process; undefined when it does not exist or is a zombie, for which `kill(pid, 0)` still succeeds. */
export function lookUpProcess(pid: number): Promise<ProcessEntry | undefined> {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
}

async function fromProc(pid: number): Promise<ProcessEntry | undefined> {
  try {
    const [commandLine, status] = await Promise.all([
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ])
    // A zombie has no command line. The second field of stat is a name in brackets that may hold anything.
    if (commandLine === '') return undefined
    const parent = Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1])
    const directory = await readlink(`/proc/${pid}/cwd`).catch(() => undefined)
    return { argv: commandLine.split('\0').filter(Boolean), directory, parent }
  } catch {
    return undefined
  }
}

async function fromPs(pid: number): Promise<ProcessEntry | undefined> {
  const { code, output } = await run('ps', ['-o', 'ppid=,stat=,command=', '-p', String(pid)])
  const [, parent, state, command] = /^\s*(\d+)\s+(\S+)\s+(.*\S)/.exec(output) ?? []
  if (code !== 0 || command === undefined || state?.startsWith('Z')) return undefined
  return { argv: [command], directory: undefined, parent: Number(parent) }
}
