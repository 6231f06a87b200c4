/** What is ticked stays in the plan, and what is not is left out, with whatever depends on it. */
import { RosterdError } from '../../errors.ts'
import { editWords } from '../../reconcile/edit-words.ts'
import { type Editing, edit } from '../../sync/edit.ts'
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
  const told: string[] = []
  // What comes back first, so that a plan of which everything was left out is never met.
  if (back.length > 0) told.push(await moved(asked, 'put_back', back, form.text('hash')))
  const hash = back.length === 0 ? form.text('hash') : (await planOf(asked)).hash
  if (out.length > 0) told.push(await moved(asked, 'leave_out', out, hash))
  return { go, notice: { kind: 'done', text: told.join(' ') } }
}

export function numbers(given: string[]): number[] {
  return given.map((text) => {
    if (!/^[1-9]\d{0,8}$/.test(text)) throw new RosterdError('INPUT_INVALID', { detail: 'an item is no number.' })
    return Number(text)
  })
}

async function moved(asked: AskedToDo<'plan'>, act: Editing['act'], items: number[], hash: string): Promise<string> {
  const { parts, organization, actor } = asked
  const { id } = await planOf(asked)
  return editWords(act, await edit(parts, organization.id, id, { actor, act, hash, items }))
}
