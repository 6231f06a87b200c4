/** Commands about files: CSV files to check and to fill in, backups. */
import type { Adder } from './adder.ts'
import { backUp, restore } from './backup.ts'
import { checkCsv, writeTemplate } from './csv.ts'

export function addFileCommands({ terminal, program, command, remote, local }: Adder): void {
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
}

function withoutUndefined<T extends object>(
  options: T & { json?: boolean | undefined; organization?: string | undefined },
) {
  const { json, organization, ...rest } = options
  return { ...rest, ...(json === undefined ? {} : { json }), ...(organization === undefined ? {} : { organization }) }
}
