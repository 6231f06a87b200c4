/** What is ticked stays in the plan, and what is not is left out, with whatever depends on it. */
import { RosterdError } from '../../errors.ts'
import { editWords } from '../../reconcile/edit-words.ts'
import type { Choice } from '../../sync/choice.ts'
import { editTogether } from '../../sync/edit.ts'
import type { Door } from '../door.ts'
import { type AskedToDo, action, type Go } from '../route.ts'
import { conflict } from './conflict.tsx'
import { planOf, planPath } from './plan.ts'

export function planChooseRoutes(door: Door): void {
  action(door, { path: '/plans/:plan/choose', role: 'operator' }, async (asked) => {
    try {
      return await choose(asked)
    } catch (error) {
      return await conflict(asked, error)
    }
  })
}

async function choose(asked: AskedToDo<'plan'>): Promise<Go> {
  const { form, at } = asked
  const { id } = await planOf(asked)
  const ticked = new Set(numbers(form.all('item')))
  const out = numbers(form.all('in')).filter((item) => !ticked.has(item))
  const back = numbers(form.all('out')).filter((item) => ticked.has(item))
  const query = form.text('back')
  const go = at(`${planPath(id)}${query === '' ? '' : `?${new URLSearchParams(query)}`}#items`)
  if (out.length + back.length === 0)
    return { go, notice: { kind: 'note', text: 'Nothing was ticked or unticked, so nothing changed.' } }
  const { parts, organization, actor } = asked
  // What comes back first, so that a plan of which everything was left out is never met.
  const choices: Choice[] = [
    { act: 'put_back' as const, items: back },
    { act: 'leave_out' as const, items: out },
  ].filter(({ items }) => items.length > 0)
  const edits = await editTogether(parts, organization.id, id, { actor, hash: form.text('hash'), choices })
  return { go, notice: { kind: 'done', text: edits.map(({ act, moved }) => editWords(act, moved)).join(' ') } }
}

export function numbers(given: string[]): number[] {
  return given.map((text) => {
    if (!/^[1-9]\d{0,8}$/.test(text)) throw new RosterdError('INPUT_INVALID', { detail: 'an item is no number.' })
    return Number(text)
  })
}
