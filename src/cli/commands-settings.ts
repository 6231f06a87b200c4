/** Commands about how the house is kept: the audit, the configuration, tokens. */
import type { Adder } from './adder.ts'
import { type AuditOptions, listAudit } from './audit.ts'
import { checkSettings, printSchema } from './settings.ts'
import { createToken, listTokens, revokeToken, type TokenOptions } from './token.ts'

export function addSettingCommands({ terminal, program, command, remote, local }: Adder): void {
  command(program, 'audit', 'list who did what, newest first')
    .option('--actor <e-mail>', 'only what they did')
    .option('--act <act>', 'only this, such as plan.approved; plan for all that concerns plans')
    .option('--object <id>', 'only what was done to it, such as pln_7')
    .option('--since <time>', 'from then on, as 2027-06-30')
    .option('--until <time>', 'before it')
    .option('--all', 'all of it, not only the latest 50; --json always gives all')
    .action(remote<AuditOptions>((session, _, options) => listAudit(session, options)))
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
