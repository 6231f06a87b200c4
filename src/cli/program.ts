/** The commands: names, options, and the help that people read. */
import { Command, CommanderError, Help, type Option } from 'commander'
import { typed } from '../typed.ts'
import { VERSION } from '../version.ts'
import { type AuditOptions, listAudit } from './audit.ts'
import { backUp, restore } from './backup.ts'
import { checkCsv, writeTemplate } from './csv.ts'
import { applyPlan, approvePlan, rejectPlan } from './decide.ts'
import { type CliError, DONE, FAILED, toCliError, typeable, USAGE, usage } from './exit.ts'
import { showFailures } from './failures.ts'
import { listPlans, propose, showPlan } from './look.ts'
import { decideWho, inviteByHand, listDecisions, listMembers, listProducts, type MemberOptions } from './people.ts'
import { painter } from './render/colour.ts'
import { safe } from './render/text.ts'
import { checkScim } from './scim-check/index.ts'
import { serveHere } from './serve.ts'
import { openSession, type Session, type SharedOptions } from './session.ts'
import { checkSettings, printSchema } from './settings.ts'
import { admitSnapshot, dismissSnapshot, listSnapshots } from './snapshots.ts'
import { goLive, listRules, listSources } from './sources.ts'
import type { Terminal } from './terminal.ts'
import { createToken, listTokens, revokeToken, type TokenOptions } from './token.ts'

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
  const command = (parent: Command, name: string, description: string) =>
    shared(parent.command(name).description(description))
  /** An action that talks to the daemon: the command's arguments, then its options. */
  const remote =
    <O extends object>(action: (session: Session, given: string[], options: O) => Promise<number>) =>
    async (...parameters: unknown[]) => {
      const own = parameters.at(-1)
      if (!(own instanceof Command)) throw new TypeError('commander hands the command over last')
      const options: SharedOptions & O = own.optsWithGlobals()
      ended(await action(await openSession(terminal, options), own.processedArgs.map(String), options))
    }
  const local =
    <O extends object>(
      action: (given: (string | undefined)[], options: SharedOptions & O) => Promise<number> | number,
    ) =>
    async (...parameters: unknown[]) => {
      const own = parameters.at(-1)
      if (!(own instanceof Command)) throw new TypeError('commander hands the command over last')
      const options: SharedOptions & O = own.optsWithGlobals()
      const given = own.processedArgs.map((value: unknown) => (value === undefined ? undefined : String(value)))
      ended(await action(given, options))
    }

  command(program, 'serve', 'run the daemon until Ctrl-C')
    .option('--config <file>', 'configuration file (ROSTERD_CONFIG)')
    .action(local<{ config?: string }>((_, options) => serveHere(terminal, options)))

  command(program, 'plan', 'compare what sources want with what is, now, and say what waits').action(
    remote((session) => propose(session)),
  )
  command(program, 'plans', 'list plans, newest first')
    .option('--state <state>', 'only plans in this state, such as awaiting_approval')
    .option('--all', 'all of them, not only the latest 50; --json always gives all')
    .action(remote<{ state?: string; all?: boolean }>((session, _, options) => listPlans(session, options)))
  command(program, 'show', 'show a plan: guards, seats, every item with its reason')
    .argument('<plan>')
    .option('--all', 'every item, whatever their number')
    .action(remote<{ all?: boolean }>((session, [id = ''], options) => showPlan(session, id, options)))
  command(program, 'approve', 'show what a plan does, ask, and apply it')
    .argument('<plan>')
    .option('--override <count>', 'the number that a guard holds, as it shows it')
    .option('--reason <text>', 'why that number is right')
    .option('--no-apply', 'approve now, start later')
    .action(
      remote<{ override?: string; reason?: string; apply: boolean }>((session, [id = ''], options) =>
        approvePlan(session, id, options),
      ),
    )
  command(program, 'reject', 'reject a plan')
    .argument('<plan>')
    .option('--reason <text>', 'why, for whoever owns the source')
    .action(remote<{ reason?: string }>((session, [id = ''], options) => rejectPlan(session, id, options)))
  command(program, 'apply', 'start an approved plan, stay with a running one, or tell how it ended')
    .argument('<plan>')
    .action(remote((session, [id = '']) => applyPlan(session, id)))
  command(program, 'failures', 'what failed of a plan, or the rows of a file that could not be read, and what to do')
    .argument('<plan>', 'a plan (pln_2), or a file that no plan came of (snp_3)')
    .option('--csv', 'as a file that can be put right and dropped again')
    .option('--jsonl', 'as JSON Lines')
    .option('--output <file>', 'where to write it')
    .action(
      remote<{ csv?: boolean; jsonl?: boolean; output?: string }>((session, [id = ''], options) =>
        showFailures(session, id, options),
      ),
    )

  const sources = command(program, 'sources', 'list sources: the last file of each, and which of them are silent')
  sources.action(remote((session) => listSources(session)))
  const source = program.command('source').description('say something of one source')
  // Whoever has just listed the sources types the plural.
  for (const parent of [source, sources]) {
    command(parent, 'go-live', 'let what a source pushes over SCIM be applied from now on')
      .argument('<source>')
      .action(remote((session, [key = '']) => goLive(session, key)))
  }
  const scim = program.command('scim').description('try a SCIM endpoint')
  command(scim, 'check', 'ask it what Okta and Entra ID would ask, reading only, and explain the answers')
    .argument('<url>', 'its base URL, which ends with /scim/v2')
    .addHelpText('after', '\nThe token of the source is read from ROSTERD_SCIM_TOKEN, or from standard input.\n')
    .action(local(([url = ''], options) => checkScim(terminal, url, options)))
  command(program, 'rules', 'list the rules: who gets what').action(remote((session) => listRules(session)))
  command(program, 'snapshots', 'list the files that sources sent, and which of them are held')
    .option('--state <state>', 'only those in this state, such as held')
    .option('--source <key>', 'only those of this source')
    .option('--all', 'all of them, not only the latest 50; --json always gives all')
    .action(
      remote<{ state?: string; source?: string; all?: boolean }>((session, _, options) =>
        listSnapshots(session, options),
      ),
    )
  command(program, 'admit', 'let a held file in, or as one of two administrators a refused one')
    .argument('<snapshot>')
    .option('--count <number>', 'the number that stands with it in the list of snapshots')
    .action(remote<{ count?: string }>((session, [id = ''], options) => admitSnapshot(session, id, options)))
  command(program, 'dismiss', 'turn a held or refused file away')
    .argument('<snapshot>')
    .action(remote((session, [id = '']) => dismissSnapshot(session, id)))
  command(program, 'decisions', 'list open questions: who somebody is, and who keeps their access')
    .option('--all', 'answered ones too')
    .action(remote<{ all?: boolean }>((session, _, options) => listDecisions(session, options)))
  command(program, 'decide', 'answer one: link, create_new or ignore; end_access or keep')
    .argument('<decision>')
    .argument('<choice>')
    .option('--target <person>', 'whom to link to, where several are possible')
    .action(
      remote<{ target?: string }>((session, [id = '', choice = ''], options) =>
        decideWho(session, id, choice, options),
      ),
    )

  command(program, 'members', 'list members with what they hold')
    .option('--state <state>', 'invited, active, suspended, removed or all')
    .option('--search <text>', 'part of an address or a name')
    .option('--product <key>', 'only who holds it')
    .option('--source <key>', 'only whom it wants')
    .option('--role <role>', 'member, admin or owner')
    .option('--leaving', 'only who is on the way out, and when')
    .option('--all', 'all of them, whatever their number')
    .action(remote<MemberOptions>((session, _, options) => listMembers(session, options)))
  command(program, 'products', 'list products with their seats').action(remote((session) => listProducts(session)))
  command(program, 'audit', 'list who did what, newest first')
    .option('--actor <e-mail>', 'only what they did')
    .option('--act <act>', 'only this, such as plan.approved; plan for all that concerns plans')
    .option('--object <id>', 'only what was done to it, such as pln_7')
    .option('--since <time>', 'from then on, as 2027-06-30')
    .option('--until <time>', 'before it')
    .option('--all', 'all of it, not only the latest 50; --json always gives all')
    .action(remote<AuditOptions>((session, _, options) => listAudit(session, options)))
  command(program, 'invite', 'invite somebody by hand')
    .option('--user <e-mail>', 'whom', (one: string, before: string[] = []) => [...before, one])
    .option('--first-name <name>')
    .option('--last-name <name>')
    .option('--language <tag>', 'of the letter: en, de, fr …')
    .option('--quiet', 'send no letter')
    .action(
      remote<{ user?: string[]; firstName?: string; lastName?: string; language?: string; quiet?: boolean }>(
        (session, _, options) => inviteByHand(session, options),
      ),
    )

  command(program, 'check-csv', 'show what is understood of a file; works without a daemon')
    .argument('<file>')
    .option('--source <key>', 'read it as this source of the configuration does')
    .action(local<{ source?: string }>(([file = ''], options) => checkCsv(terminal, file, withoutUndefined(options))))
  command(program, 'template', 'write a CSV file to fill in: invite, remove, assign, revoke or roster')
    .argument('<name>')
    .option('--output <file>', 'where to write it')
    .action(remote<{ output?: string }>((session, [name = ''], options) => writeTemplate(session, name, options)))

  command(program, 'backup', 'write the whole database to a file; works with and without a running daemon')
    .argument('<file>')
    .option('--config <file>', 'configuration file (ROSTERD_CONFIG)')
    .action(local<{ config?: string }>(([file = ''], options) => backUp(terminal, file, options)))
  command(program, 'restore', 'read a backup into an empty database; stop the daemon first')
    .argument('<file>')
    .option('--config <file>', 'configuration file (ROSTERD_CONFIG)')
    .action(local<{ config?: string }>(([file = ''], options) => restore(terminal, file, options)))

  const config = program.command('config').description('check the configuration file, or print its JSON Schema')
  command(config, 'check', 'name every problem with its line')
    .argument('[file]')
    .action(local(([file], options) => checkSettings(terminal, file, options.json === true)))
  command(config, 'schema', 'print the JSON Schema, for editors').action(local(() => printSchema(terminal)))

  const token = program
    .command('token')
    .description('tokens: those that act as one administrator, and those that identity providers come in with')
  command(token, 'create', 'make one; it is shown once')
    .option('--administrator <e-mail>', 'whom it acts as, from the configuration')
    .option('--source <key>', 'which source comes in with it, of the kind scim')
    .option('--role <role>', 'the most that one of an administrator may do: viewer, operator or admin')
    .option('--expires <date>', 'its last day, as 2027-06-30')
    .action(remote<TokenOptions>((session, _, options) => createToken(session, options)))
  command(token, 'list', 'list them by their last characters').action(remote((session) => listTokens(session)))
  command(token, 'revoke', 'end one')
    .argument('<token>')
    .action(remote((session, [id = '']) => revokeToken(session, id)))
}

function withoutUndefined<T extends object>(
  options: T & { json?: boolean | undefined; organization?: string | undefined },
) {
  const { json, organization, ...rest } = options
  return { ...rest, ...(json === undefined ? {} : { json }), ...(organization === undefined ? {} : { organization }) }
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
