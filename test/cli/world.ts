/** A daemon's API on a port of its own, and the command line beside it: every call runs in this process and is remembered. */
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { run } from '../../src/cli/program.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import type { Pace } from '../../src/config/index.ts'
import { execute } from '../../src/sync/execute.ts'
import { openWorld } from '../api/world.ts'

export interface Ran {
  exit: number
  out: string
  err: string
}

export async function openCli(pace?: Pace) {
  const world = await openWorld(pace)
  const { parts } = world
  parts.jobs.execute = async (organization, plan) => {
    await execute(parts, organization, plan, AbortSignal.timeout(60_000))
  }
  const server = serve({ fetch: world.app.fetch, port: 0, hostname: '127.0.0.1' })
  await new Promise<void>((resolve) => server.once('listening', () => resolve()))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`

  /** Types a command line, as the bootstrap token and for acme unless `env` says otherwise. */
  async function type(
    argv: string[],
    options: { env?: Record<string, string>; answers?: string[]; piped?: string } = {},
  ): Promise<Ran> {
    const ran: Ran = { exit: -1, out: '', err: '' }
    const { answers, piped } = options
    const terminal: Terminal = {
      out: (text) => {
        ran.out += text
      },
      err: (text) => {
        ran.err += text
      },
      interactive: answers !== undefined,
      redraws: false,
      width: Number.POSITIVE_INFINITY,
      colours: false,
      ask: async (question) => {
        ran.out += question
        return answers?.shift() ?? ''
      },
      ...(piped !== undefined && { piped: async () => piped }),
      env: { ROSTERD_URL: url, ROSTERD_TOKEN: world.tokens.bootstrap, ROSTERD_ORGANIZATION: 'acme', ...options.env },
    }
    ran.exit = await run(argv, terminal)
    return ran
  }
  const close = async () => {
    await new Promise<void>((resolve) => server.close(() => resolve()))
    await world.drop()
  }
  return { ...world, url, type, close }
}

export type Cli = Awaited<ReturnType<typeof openCli>>
