/**
 * Statement 81 of the requirements: names of users are compared as PRECIS prepares them (RFC 7644 §5; RFC 8265 §3.3, the profile
 * UsernameCaseMapped): width, case and composition do not count. What it forbids is accepted, since directories have such names.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { named } from '../../src/scim/attribute-path.ts'
import { comparableValue } from '../../src/scim/comparable.ts'
import { USER as TYPE } from '../../src/scim/user.ts'
import { type Endpoint, openEndpoint, resources } from './endpoint.ts'

let here: Endpoint
beforeAll(async () => {
  here = await openEndpoint()
})
afterAll(() => here?.drop())

function compared(name: string, text: string): unknown {
  const attribute = named(TYPE.schema.attributes, name)
  return attribute === null ? null : comparableValue(attribute, text)
}

describe('81: two spellings of one user name', () => {
  test.each([
    ['full width', 'ＡＤＡ＠ａｃｍｅ．ｅｘａｍｐｌｅ', 'ada@acme.example'],
    ['case', 'ADA@acme.example', 'ada@acme.example'],
    ['case beyond one letter', 'STRASSE', 'straße'],
    ['final sigma', 'ΣΊΣΥΦΟΣ', 'σίσυφος'],
    ['composition', 'Zoe\u0308', 'zoë'],
    ['half-width katakana, with a voiced mark that composes', 'ｶﾞｷﾞ', 'ガギ'],
    [
      'half-width hangul, letter by letter and not as syllables',
      '\uffa1\uffbe\uffc2\uffdc',
      '\u3131\u314e\u314f\u3163',
    ],
    ['the filler of half width', 'a\uffa0b', 'a\u3164b'],
    ['a wide blank', 'ada\u3000lovelace', 'ada lovelace'],
    ['a wide macron, which is no blank with a mark', '\uffe3', '\u00af'],
    ['wide and narrow signs', '￠￡￢￤￥￦￨￩￪￫￬￭￮｟｡', '¢£¬¦¥₩│←↑→↓■○⦅。'],
  ])('%s', (_, one, other) => {
    expect(compared('userName', one)).toBe(compared('userName', other))
  })

  test.each([
    ['raised digits', 'ada²', 'ada2'],
    ['letters in circles', 'Ⓐda', 'ada'],
    ['the dotless i', 'ılse', 'ilse'],
    ['letters of other alphabets', 'аda', 'ada'],
  ])('%s make another name', (_, one, other) => {
    expect(compared('userName', one)).not.toBe(compared('userName', other))
  })

  test('of other attributes width counts, as in any text', () => {
    expect(compared('displayName', 'Ａ')).not.toBe(compared('displayName', 'A'))
  })

  test('are one user: 409 for the second, found by both, and answered as it was sent', async () => {
    const id = await here.user({ userName: 'Ｂｏｂ＠acme.example' })
    const second = await here.ask('POST', '/Users', { userName: 'BOB@ACME.example' })
    expect([second.status, second.json['scimType']]).toEqual([409, 'uniqueness'])
    for (const name of ['bob@acme.example', 'ＢＯＢ＠ａｃｍｅ．ｅｘａｍｐｌｅ']) {
      const found = await here.ask('GET', `/Users?filter=${encodeURIComponent(`userName eq "${name}"`)}`)
      expect(resources(found)).toMatchObject([{ id, userName: 'Ｂｏｂ＠acme.example' }])
    }
  })

  test('what the profile forbids is a name all the same, and stays as it was sent', async () => {
    for (const userName of ['O’Brien', '♥ada', ' ada', 'שלום1a']) {
      const answer = await here.ask('POST', '/Users', { userName })
      expect([answer.status, answer.json['userName']]).toEqual([201, userName])
    }
  })
})
