/** What a family of commands is added with. */
import type { Command } from 'commander'
import type { Session, SharedOptions } from './session.ts'
import type { Terminal } from './terminal.ts'

type Handler = (...parameters: unknown[]) => Promise<void>

export interface Adder {
  terminal: Terminal
  /** The parent of most commands. */
  program: Command
  /** A new command with the options that all have. */
  command(parent: Command, name: string, description: string): Command
  /** An action that talks to the daemon: the command's arguments, then its options. Its number is the exit code. */
  remote<O extends object>(action: (session: Session, given: string[], options: O) => Promise<number>): Handler
  /** One that needs no daemon; an argument that was not given is undefined. */
  local<O extends object>(
    action: (given: (string | undefined)[], options: SharedOptions & O) => Promise<number> | number,
  ): Handler
}
