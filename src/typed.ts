/** Commands as a person can type them here: `npx rosterd …` in a checkout, `rosterd …` where it is installed. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** This file lies in src/ or dist/; only a checkout has the other one's sources and a lockfile beside it. */
const inCheckout = existsSync(join(import.meta.dirname, '..', 'package-lock.json'))

/** How the program is called here. */
export const PROGRAM = inCheckout || process.env['npm_command'] === 'exec' ? 'npx rosterd' : 'rosterd'

/** How the daemon is started here. */
export const START = inCheckout ? 'npm start' : `${PROGRAM} serve`

/** `typed('show pln_7')`: the whole line to type. */
export function typed(command: string): string {
  return `${PROGRAM} ${command}`
}
