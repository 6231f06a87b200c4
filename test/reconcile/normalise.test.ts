import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clean, cleanName, fold, nameKey, readAnchor, readEmail } from '../../src/reconcile/normalise.ts'

describe('text', () => {
  it.each([
    ['\uFEFF Ann\u200B\u00A0\r', 'Ann'],
    ['so\u00ADft', 'soft'],
    ['e\u0301', 'é'],
    ['\u3000山田\u2003', '山田'],
    ['\u0085 \u0085a\u0085b \u0085', 'a\u0085b'],
    ['\u0085', ''],
    ['', ''],
  ])('cleans %j', (from, to) => expect(clean(from)).toBe(to))

  it('collapses white space inside names', () => {
    expect(cleanName(' Ann \t Lee ')).toBe('Ann Lee')
    expect(cleanName('Zoë\u00A0\u00A0Ö')).toBe('Zoë Ö')
  })

  it.each([
    ['STRASSE', 'straße'],
    ['ẞ', 'SS'],
    ['ΟΔΟΣ', 'οδος'],
    ['Émile', 'E\u0301MILE'],
    [' Sales  EMEA', 'sales emea'],
  ])('%j and %j are the same name', (a, b) => expect(nameKey(a)).toBe(nameKey(b)))

  it('keeps the dotless ı apart from i', () => expect(fold('mıke')).not.toBe(fold('mike')))

  it('comes to the same when done twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(nameKey(nameKey(text))).toBe(nameKey(text))
        expect(cleanName(cleanName(text))).toBe(cleanName(text))
      }),
    )
  })
})

describe('e-mail', () => {
  it.each([
    ['A@X.com', 'A@X.com', 'a@x.com'],
    [' mailto:Ann@x.com?subject=hi ', 'Ann@x.com', 'ann@x.com'],
    ['Ann Lee <ann@x.com>', 'ann@x.com', 'ann@x.com'],
    ['<ann@x.com>', 'ann@x.com', 'ann@x.com'],
    ['ann+maya@x.com', 'ann+maya@x.com', 'ann+maya@x.com'],
    ['a.nn@gmail.com', 'a.nn@gmail.com', 'a.nn@gmail.com'],
    ['ann@Bücher.example', 'ann@Bücher.example', 'ann@xn--bcher-kva.example'],
    ['Jörg@x.com', 'Jörg@x.com', 'jörg@x.com'],
    ["o'neil@x.co.uk", "o'neil@x.co.uk", "o'neil@x.co.uk"],
  ])('reads %j', (cell, email, key) => expect(readEmail(cell)).toMatchObject({ ok: true, email, key }))

  it.each([
    ['annx.com', 'no @'],
    ['a@@x.com', 'two @'],
    ['a@b@x.com', 'two @'],
    ['an n@x.com', 'space inside'],
    ['@x.com', 'nothing before the @'],
    ['ann@', 'nothing after the @'],
    ['ann@localhost', 'no dot in the domain'],
    ['ann@10.0.0.1', 'the domain is not valid'],
    ['ann@-x.com', 'the domain is not valid'],
    ['ann@a%41.com', 'the domain is not valid'],
    ['.ann@x.com', 'a dot in the wrong place'],
    ['a..n@x.com', 'a dot in the wrong place'],
    ['a"b@x.com', 'a character that is not allowed'],
    [`${'a'.repeat(65)}@x.com`, 'too long before the @'],
    [`a@${'b.'.repeat(130)}com`, 'too long'],
  ])('refuses %j', (cell, why) => expect(readEmail(cell)).toMatchObject({ code: 'EMAIL_INVALID', params: { why } }))

  it.each([
    'a@b.com; c@d.com',
    'a@b.com,c@d.com',
    'a@b.com c@d.com',
    'a@b.com|c@d.com',
    'a@b.com | c@d.com',
    '<a@b.com>;<c@d.com>',
  ])('finds several in %j', (cell) => expect(readEmail(cell)).toMatchObject({ code: 'EMAIL_MULTIPLE' }))

  it('a vertical bar alone separates nothing', () =>
    expect(readEmail('a|b@c.com')).toMatchObject({ ok: true, email: 'a|b@c.com' }))

  it('says when there is none', () => expect(readEmail('\u00A0\u200B')).toMatchObject({ code: 'EMAIL_MISSING' }))

  it('knows the guest behind an address of Entra, and keeps the original', () =>
    expect(readEmail('ann_lee_home.org#EXT#@contoso.onmicrosoft.com')).toMatchObject({
      email: 'ann_lee_home.org#EXT#@contoso.onmicrosoft.com',
      alias: 'ann_lee@home.org',
    }))

  it('notices an address that mixes alphabets, not one that is all of another', () => {
    expect(readEmail('\u0430nn@x.com')).toMatchObject({ ok: true, confusable: 'ann@x.com' })
    expect(readEmail('иван@пример.рф')).toMatchObject({ ok: true, confusable: null })
    expect(readEmail('jörg@x.com')).toMatchObject({ ok: true, confusable: null })
  })

  it('never throws, and a key is its own key', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.emailAddress()), (text) => {
        const reading = readEmail(text)
        if (reading.ok) expect(readEmail(reading.key)).toMatchObject({ ok: true, key: reading.key })
      }),
    )
  })
})

describe('anchor', () => {
  it.each([
    [' 000123 ', '000123', '000123'],
    ['E-77', 'E-77', 'E-77'],
    [
      '{6F9619FF-8B86-D011-B42D-00CF4FC964FF}',
      '{6F9619FF-8B86-D011-B42D-00CF4FC964FF}',
      '6f9619ff-8b86-d011-b42d-00cf4fc964ff',
    ],
    ['12345678901', '12345678901', '12345678901'],
  ])('keeps %j', (cell, anchor, key) => expect(readAnchor(cell)).toEqual({ ok: true, anchor, key }))

  it.each(['1.23457E+11', '1,23457E+11', '1e+11'])('refuses %j', (cell) =>
    expect(readAnchor(cell)).toEqual({ ok: false, code: 'ANCHOR_DAMAGED', params: { v: cell } }),
  )

  it('says when there is none', () => expect(readAnchor(' ')).toMatchObject({ code: 'ANCHOR_MISSING' }))
})
