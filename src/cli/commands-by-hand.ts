/** Commands by which people ask for something themselves, beside every source, and change what they asked for. */
import { type Command, Option } from 'commander'
import type { Verb } from '../reconcile/operation.ts'
import type { Adder } from './adder.ts'
import { byHand } from './by-hand.ts'
import { type InviteOptions, inviteByHand, isForOne } from './invite.ts'
import { liftPin, listPins, type PinOptions } from './pins.ts'
import { cancelPlan, discardPlan, type EditOptions, editPlan, planAgain, submitPlan } from './plan-edits.ts'
import type { HandOptions } from './selection.ts'

/** An option that may be given more than once. */
const several = (one: string, before: string[] = []): string[] => [...before, one]

export function addByHandCommands(add: Adder): void {
  addVerbs(add)
  addEdits(add)
  addPins(add)
}

function addVerbs({ program, command, remote }: Adder): void {
  const asked = (verb: Verb) => remote<HandOptions>((session, _, options) => byHand(session, verb, options))
  const invite = command(program, 'invite', 'invite people by hand')
  filtering(selecting(invite))
    .option('--first-name <name>', 'of the one person whom --user names')
    .option('--last-name <name>', 'the same')
    .option('--language <tag>', 'of the letter: en, de, fr …; the same')
    .addOption(new Option('--role <role>', 'of whom no row says it').choices(['member', 'admin', 'owner']))
  assigning(invite)
  ending(invite).action(
    remote<HandOptions & InviteOptions>((session, _, options) =>
      isForOne(options) ? inviteByHand(session, options) : byHand(session, 'invite', options),
    ),
  )

  const remove = command(program, 'remove', 'remove members by hand')
  filtering(selecting(remove)).option('--revoke-first', 'their products first; otherwise whoever holds one stays')
  ending(pinning(remove)).action(asked('remove'))

  const assign = command(program, 'assign', 'assign products to members by hand')
  ending(assigning(filtering(selecting(assign)))).action(asked('assign'))

  const revoke = command(program, 'revoke', 'revoke products from members by hand')
  filtering(selecting(revoke))
    .option('--product <product>', 'which; more than once for several', several)
    .option('--all-products', 'everything that they hold')
  ending(pinning(revoke)).action(asked('revoke'))
}

function selecting(command: Command): Command {
  return command
    .option('--csv <file>', 'whom, as a file; rosterd template gives one to fill in')
    .option('--user <e-mail>', 'whom; more than once for several', several)
    .option('--encoding <name>', 'of the file, such as windows-1252')
    .option('--delimiter <character>', 'of the file: comma, semicolon, tab, pipe or a character')
    .addOption(new Option('--date-order <order>', 'how to read 01/02/2027').choices(['dmy', 'mdy']))
    .option('--column <header=field>', 'what a column is, such as Badge=external_id; more than once', several)
}

const filtering = (command: Command): Command =>
  command.option('--where <filter>', `whom, as a filter over members, such as 'groups.display eq "Artists"'`)

const assigning = (command: Command): Command =>
  command
    .option('--product <product>', 'which; more than once for several; else those of the rows', several)
    .option('--expires <date>', 'the last day, such as 2027-06-30, or never; what a row says counts first')
    .option('--wait', 'whoever gets no seat waits for one; otherwise that is a failure')

/** How long a person's word stands against a source. */
const pinning = (command: Command): Command =>
  command
    .option('--until-next-sync', 'holds only until a source says again what it wants')
    .option('--for <days>', 'holds for so many days against what sources want; 30 unless said')
    .option('--always', 'holds against what sources want until somebody lifts it')
    .option('--reason <text>', 'why; it stands with what holds against sources')

const ending = (command: Command): Command =>
  command
    .option('--quiet', 'send no letters')
    .option('--again', 'also where the same file was asked for within a day')
    .option('--dry-run', 'show what would happen and keep it as a draft')

function addEdits({ program, command, remote }: Adder): void {
  for (const act of ['leave-out', 'put-back'] as const) {
    const says = act === 'leave-out' ? 'leave people, products or items out of a plan' : 'put back what was left out'
    command(program, act, says)
      .argument('<plan>')
      .option('--user <e-mail>', 'whom; more than once for several', several)
      .option('--product <key>', 'which; more than once for several', several)
      .option('--item <number>', 'one item; more than once for several', several)
      .action(remote<EditOptions>((session, [id = ''], options) => editPlan(session, act, id, options)))
  }
  const verbs = [
    ['submit', 'put a draft before those who may approve it', submitPlan],
    ['discard', 'let a draft go', discardPlan],
    ['cancel', 'stop an approved plan, also while it runs; what is done stays done', cancelPlan],
    ['again', 'draft anew what was asked for once, as people are now', planAgain],
  ] as const
  for (const [name, says, verb] of verbs)
    command(program, name, says)
      .argument('<plan>')
      .action(remote((session, [id = '']) => verb(session, id)))
}

function addPins({ program, command, remote }: Adder): void {
  const pins = command(program, 'pins', 'list what people decided against sources, and until when it holds')
    .option('--user <e-mail>', 'only of this person')
    .option('--all', 'all of them, whatever their number')
    .action(remote<PinOptions>((session, _, options) => listPins(session, options)))
  command(pins, 'lift', 'let sources want somebody again, or give them a product again')
    .argument('<e-mail>', 'whom, or the id of the member')
    .argument('[product]', 'key of the product; without it, the membership')
    .action(remote((session, [who = '', product]) => liftPin(session, who, product)))
}
