/** What no proposal may do, found in the proposal itself. */
import { expect } from 'vitest'
import type { ActionKind } from '../../../src/reconcile/model.ts'
import { brokenInvariants } from '../../../src/store/invariants.ts'
import type { ProposedAction } from '../../../src/store/proposal.ts'
import type { Cases, Ground } from './ground.ts'
import { make, propose } from './making.ts'

async function broken(ground: Ground, actions: ProposedAction[]): Promise<string[]> {
  return (await make(ground, actions, (open) => brokenInvariants(open, ground.id))).looked ?? []
}

export const invariants: Cases = {
  'nobody is removed who keeps a product': async (ground) => {
    const ada = await ground.add('ada', { links: { hr: 'ghost' }, assignments: { cad: null } })
    const take = (kind: ActionKind) => propose(ground, 'waiting', kind, ada, kind === 'revoke' ? 'cad' : null)
    expect(await broken(ground, [take('remove')])).toEqual([`removes somebody who keeps a product (hr:${ada})`])
    expect(await broken(ground, [take('revoke'), take('remove')])).toEqual([])
  },
  'nothing is taken in the name of a source that never spoke of somebody': async (ground) => {
    const ada = await ground.add('ada', { links: { hr: 'ghost' } })
    const remove = (source: string) =>
      propose(ground, 'waiting', 'remove', ada, null, { sourceIds: [ground.source(source)] })
    expect(await broken(ground, [remove('partners')])).toEqual([
      `takes something in the name of a source that never spoke of the person (hr:${ada})`,
    ])
    expect(await broken(ground, [remove('hr')])).toEqual([])
  },
}
