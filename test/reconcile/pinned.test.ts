import { describe, expect, test } from 'vitest'
import { decided, type HandGrant, type Pin, type PinKind } from '../../src/reconcile/pinned.ts'

const claim = { personId: 1, sourceId: 7, status: 'active', role: 'member', startAt: null, rule: 'everyone' } as const
const grant = (productId: number) => ({
  personId: 1,
  productId,
  sourceId: 7,
  rule: 'artists',
  priority: 10,
  seatPriority: 500,
  expiresAt: null,
})
const WANTED = { claims: [claim], grants: [grant(2), grant(3)] }
const pin = (kind: PinKind, productId = 0, lapsed = false): Pin => ({
  personId: 1,
  productId,
  kind,
  until: null,
  lapsed,
})
const given = (productId: number, expiresAt: string | null = null): HandGrant => ({ personId: 1, productId, expiresAt })

const told = (pins: Pin[], handGrants: HandGrant[] = []) => {
  const { claims, grants } = decided(WANTED, { pins, handGrants, manual: 9 })
  return [claims.length, ...grants.map((one) => `${one.productId} of ${one.sourceId}`)]
}

describe('what is wanted of somebody once people have had their say', () => {
  test.each<[string, Pin[], HandGrant[], (number | string)[]]>([
    ['as it was, where nobody said anything', [], [], [1, '2 of 7', '3 of 7']],
    ['nothing of whoever is excluded', [pin('exclude')], [given(4)], [0]],
    ['one product less', [pin('force_revoke', 2)], [], [1, '3 of 7']],
    [
      'what a person gave beside what the source gives',
      [],
      [given(2), given(4)],
      [1, '2 of 7', '3 of 7', '2 of 9', '4 of 9'],
    ],
    [
      'what a person gave in the place of what the source gives',
      [pin('force_revoke', 2)],
      [given(2)],
      [1, '3 of 7', '2 of 9'],
    ],
    [
      'as it was, once a pin has lapsed',
      [pin('exclude', 0, true), pin('force_revoke', 2, true)],
      [],
      [1, '2 of 7', '3 of 7'],
    ],
    ['as the pin says that has not', [pin('exclude', 0, true), pin('force_revoke', 2)], [], [1, '3 of 7']],
  ])('%s', (_, pins, handGrants, expected) => {
    expect(told(pins, handGrants)).toEqual(expected)
  })

  test('what a person gave is a grant of the manual source, until the day that they said', () => {
    const until = '2027-06-30T22:00:00.000Z'
    const { grants } = decided({ claims: [], grants: [] }, { pins: [], handGrants: [given(4, until)], manual: 9 })
    expect(grants).toEqual([
      { personId: 1, productId: 4, sourceId: 9, rule: 'manual', priority: 500, seatPriority: 500, expiresAt: until },
    ])
  })
})
