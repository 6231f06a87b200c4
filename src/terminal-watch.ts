/** SIGHUP means two things: the terminal was closed, or somebody asks a daemon to read its configuration again. */
import { closeSync, openSync } from 'node:fs'
import { isatty } from 'node:tty'

/** Watches the terminal that the process was started at, if it was. */
export function terminalWatch(): { isGone(): boolean } {
  // With nohup, or as a service, the terminal may go without the process.
  const atTerminal = [0, 1, 2].some((file) => isatty(file)) && terminalAnswers()
  return { isGone: () => atTerminal && !terminalAnswers() }
}

function terminalAnswers(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}
