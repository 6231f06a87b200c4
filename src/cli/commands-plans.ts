/** Commands about plans: propose, look, decide, apply, and what failed. */
import type { Adder } from './adder.ts'
import { type ApproveOptions, applyPlan, approvePlan, rejectPlan } from './decide.ts'
import { showFailures } from './failures.ts'
import { listPlans, propose, showPlan } from './look.ts'

export function addPlanCommands({ program, command, remote }: Adder): void {
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
    .option('--hash <hash>', 'of the plan as you saw it: where it was changed since, nothing happens')
    .option('--no-apply', 'approve now, start later')
    .action(remote<ApproveOptions>((session, [id = ''], options) => approvePlan(session, id, options)))
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
}
