/** An installation with a real mail server, to be hunted on. */
import { join } from 'node:path'
import { Installation } from '../support/daemon.ts'
import { type MailServer, mailServer } from '../support/mail-server.ts'
import { random } from '../support/random.ts'
import { Hunter } from './hunter.ts'
import { CONFIG } from './roster.ts'

export interface Ground {
  hunter: Hunter
  server: MailServer
  close(): Promise<void>
}

/** @param seed decides about the moments of all kills on it */
export async function openGround(seed: number): Promise<Ground> {
  const server = await mailServer()
  const place = await Installation.make(CONFIG)
  const environment = {
    SMTP_URL: `smtp://127.0.0.1:${server.port}`,
    // Each start reads the same program.
    NODE_COMPILE_CACHE: join(place.directory, 'compiled'),
  }
  const hunter = new Hunter(place, environment, random(seed))
  const close = async () => {
    await hunter.end()
    await server.close()
  }
  return { hunter, server, close }
}
