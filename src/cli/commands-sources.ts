/** Commands about what comes in: sources, files, and questions about who somebody is. */
import type { Adder } from './adder.ts'
import { decideWho, listDecisions } from './people.ts'
import { checkScim } from './scim-check/index.ts'
import { admitSnapshot, dismissSnapshot, listSnapshots } from './snapshots.ts'
import { goLive, listRules, listSources } from './sources.ts'

export function addSourceCommands({ terminal, program, command, remote, local }: Adder): void {
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
}
