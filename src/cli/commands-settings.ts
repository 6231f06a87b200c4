/** Commands about how the house is kept: the audit, the configuration, tokens. */
import type { Adder } from './adder.ts'
import { type AuditOptions, listAudit } from './audit.ts'
import { type SealOptions, verifyAudit, writeSealed } from './audit-seals.ts'
import { loginLink } from './login-link.ts'
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
    .option('--verify', 'whether it still is what was sealed: exit code 0 when it is, 1 when not')
    .option('--key <names>', 'with --verify: names of other keys that are yours, with commas between')
    .option('--sealed <seals>', 'what was sealed, as JSON Lines: all, 12, or 12-20; SHA-256 of one seal is its digest')
    .option('--output <file>', 'with --sealed: into this file')
    .action(
      remote<AuditOptions & SealOptions>((session, _, options) => {
        if (options.verify) return verifyAudit(session, options)
        return options.sealed === undefined ? listAudit(session, options) : writeSealed(session, options)
      }),
    )
  const config = program.command('config').description('check the configuration file, or print its JSON Schema')
  command(config, 'check', 'name every problem with its line')
    .argument('[file]')
    .action(local(([file], options) => checkSettings(terminal, file, options.json === true)))
  command(config, 'schema', 'print the JSON Schema, for editors').action(local(() => printSchema(terminal)))

  command(program, 'login-link', 'make a link that opens the console once, within ten minutes')
    .option('--administrator <e-mail>', 'whom it lets in; without it, whoever asks')
    .action(remote<{ administrator?: string }>((session, _, options) => loginLink(session, options)))
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
