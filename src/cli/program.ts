/** The commands: names, options, and the help that people read. */
import { Command, CommanderError, Help, type Option } from 'commander'
import { typed } from '../typed.ts'
import { VERSION } from '../version.ts'
import type { Adder } from './adder.ts'
import { addByHandCommands } from './commands-by-hand.ts'
import { addCatalogueCommands } from './commands-catalogue.ts'
import { addFileCommands } from './commands-files.ts'
import { addPeopleCommands } from './commands-people.ts'
import { addPlanCommands } from './commands-plans.ts'
import { addSettingCommands } from './commands-settings.ts'
import { addSourceCommands } from './commands-sources.ts'
import { type CliError, DONE, FAILED, toCliError, typeable, USAGE, usage } from './exit.ts'
import { painter } from './render/colour.ts'
import { safe } from './render/text.ts'
import { serveHere } from './serve.ts'
import { openSession, type Session, type SharedOptions } from './session.ts'
import type { Terminal } from './terminal.ts'

const EXIT_CODES = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a plan waits for a guard or an approval,
4 finished, but an item failed or a row never became one.

On the daemon's own machine its address and token are found in the data directory; elsewhere
set ROSTERD_URL and ROSTERD_TOKEN.
`

/** Runs one command line (without `node` and the script) and gives its exit code. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  let exit = DONE
  const json = argv.includes('--json')
  const program = new Command('rosterd')
    .description('Keeps members and product licences in step with a directory: look at plans, decide, apply.')
    .version(VERSION)
    .addHelpText('after', EXIT_CODES)
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      // With --json an error is one object, which is written below.
      writeErr: (text) => (json ? undefined : terminal.err(text)),
    })
    .configureHelp({ visibleOptions: ownFirst })
    .showHelpAfterError(`(${typed('help')} lists the commands)`)
    .exitOverride()
  shared(program)
  addCommands(program, terminal, (code) => {
    exit = code
  })
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return exit
  } catch (error) {
    if (!(error instanceof CommanderError)) return told(error, terminal, json)
    if (error.exitCode === 0) return DONE
    return json ? told(misused(error), terminal, json) : USAGE
  }
}

/** What was typed wrong, as any other error. Where no command was typed, commander has no sentence but the whole help. */
function misused({ code, message }: CommanderError): CliError {
  const sentence = code === 'commander.help' ? 'A command is missing.' : message.replace(/^error: /, '')
  return usage(sentence, `${typed('help')} lists the commands.`)
}

/** Options of every command; they may stand before or after its name. */
function shared(command: Command): Command {
  return command
    .option('--json', 'print JSON instead of text')
    .option('--yes', 'answer every question with yes; never lifts a hold on an amount')
    .option('--organization <key>', 'where there are several')
    .option('--url <url>', 'address of the daemon (ROSTERD_URL)')
    .option('--token <token>', 'token to use (ROSTERD_TOKEN)')
    .option('--no-color', 'no colours (NO_COLOR)')
}

const SHARED = new Set(shared(new Command()).options.map((option) => option.long))

/** In the help of a command, what it alone understands stands before what every command does. */
function ownFirst(command: Command): Option[] {
  const options = new Help().visibleOptions(command)
  const isOwn = ({ long }: Option) => !SHARED.has(long) && long !== '--help'
  return [...options.filter(isOwn), ...options.filter((option) => !isOwn(option))]
}

function addCommands(program: Command, terminal: Terminal, ended: (exit: number) => void): void {
  const add = adderTo(program, terminal, ended)
  const { command, local } = add
  command(program, 'serve', 'run the daemon until Ctrl-C')
    .option('--config <file>', 'configuration file (ROSTERD_CONFIG)')
    .action(local<{ config?: string }>((_, options) => serveHere(terminal, options)))
  addPlanCommands(add)
  addSourceCommands(add)
  addPeopleCommands(add)
  addByHandCommands(add)
  addCatalogueCommands(add)
  addFileCommands(add)
  addSettingCommands(add)
}

/** What was given of its arguments, in their order. */
const givenTo = (command: Command): string[] =>
  command.processedArgs.flatMap((value: unknown) => (value === undefined ? [] : [String(value)]))

function adderTo(program: Command, terminal: Terminal, ended: (exit: number) => void): Adder {
  return {
    terminal,
    program,
    command: (parent, name, description) => shared(parent.command(name).description(description)),
    remote:
      <O extends object>(action: (session: Session, given: string[], options: O) => Promise<number>) =>
      async (...parameters: unknown[]) => {
        const own = parameters.at(-1)
        if (!(own instanceof Command)) throw new TypeError('commander hands the command over last')
        const options: SharedOptions & O = own.optsWithGlobals()
        ended(await action(await openSession(terminal, options), givenTo(own), options))
      },
    local:
      <O extends object>(
        action: (given: (string | undefined)[], options: SharedOptions & O) => Promise<number> | number,
      ) =>
      async (...parameters: unknown[]) => {
        const own = parameters.at(-1)
        if (!(own instanceof Command)) throw new TypeError('commander hands the command over last')
        const options: SharedOptions & O = own.optsWithGlobals()
        const given = own.processedArgs.map((value: unknown) => (value === undefined ? undefined : String(value)))
        ended(await action(given, options))
      },
  }
}

/** One sentence and the next step on standard error; never a stack trace. */
function told(error: unknown, terminal: Terminal, json: boolean): number {
  const known = toCliError(error)
  const sentence =
    known?.message ?? `Something went wrong inside: ${error instanceof Error ? error.message : String(error)}`
  const next = typeable(known?.next ?? 'Try again; if it lasts, report it with this sentence.')
  const exit = known?.exit ?? FAILED
  if (json) {
    terminal.err(`${JSON.stringify({ error: { code: known?.code ?? 'INTERNAL', detail: sentence, next } })}\n`)
    return exit
  }
  const paint = painter(terminal.colours)
  const lines = sentence.split('\n').map(safe).join('\n')
  terminal.err(`${paint.bad(lines)}\n${next.split('\n').map(safe).join('\n')}\n`)
  return exit
}
