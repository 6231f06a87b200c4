/** Commands about who is there, and what they hold. */
import type { Adder } from './adder.ts'
import { type AssignmentOptions, listAssignments } from './assignments.ts'
import { listMembers, listProducts, type MemberOptions } from './people.ts'

export function addPeopleCommands({ program, command, remote }: Adder): void {
  command(program, 'members', 'list members with what they hold')
    .option('--state <state>', 'invited, active, suspended, removed or all')
    .option('--search <text>', 'part of an address or a name')
    .option('--product <key>', 'only who holds it')
    .option('--source <key>', 'only whom it wants')
    .option('--role <role>', 'member, admin or owner')
    .option('--leaving', 'only who is on the way out, and when')
    .option('--where <filter>', `only whom a filter finds, such as 'groups.display eq "Artists"'`)
    .option('--all', 'all of them, whatever their number')
    .option('--csv', 'as a file that can be edited and uploaded; chosen by --where alone')
    .option('--output <file>', 'where to write it')
    .action(remote<MemberOptions>((session, _, options) => listMembers(session, options)))
  command(program, 'assignments', 'list who holds which product, and what is borrowed')
    .option('--product <key>', 'only of this product')
    .option('--member <id>', 'only of this member')
    .option('--borrowed', 'only what some device has')
    .option('--all', 'all of them, whatever their number')
    .option('--csv', 'as a file that can be edited and uploaded; chosen by --where alone')
    .option('--where <filter>', `with --csv: only of members whom a filter finds`)
    .option('--output <file>', 'where to write it')
    .action(remote<AssignmentOptions>((session, _, options) => listAssignments(session, options)))
  command(program, 'products', 'list products with their seats').action(remote((session) => listProducts(session)))
}
