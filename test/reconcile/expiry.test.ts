import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays, dateIn, expiryOf, formatEnd, readExpiry, readStart, startOfDay } from '../../src/reconcile/expiry.ts'

const berlin = { zone: 'Europe/Berlin', today: '2026-11-22' }

describe('reading an end', () => {
  it('edge case 22: 2027-03-28 in Europe/Berlin, the night the clocks change, ends at 2027-03-28T22:00Z', () => {
    expect(readExpiry('2027-03-28', berlin)).toEqual({ ok: true, expiresAt: '2027-03-28T22:00:00.000Z', far: false })
  })

  it.each([
    ['2027-06-30', '2027-06-30T22:00:00.000Z'],
    ['2027-10-31', '2027-10-31T23:00:00.000Z'],
    ['2028-02-29', '2028-02-29T23:00:00.000Z'],
    ['2027-06-30T12:00:00+02:00', '2027-06-30T10:00:00.000Z'],
    ['2027-06-30t12:00:00.5z', '2027-06-30T12:00:00.500Z'],
    ['2027-06-30 12:00:00Z', '2027-06-30T12:00:00.000Z'],
    ['2026-11-22', '2026-11-22T23:00:00.000Z'],
    ['never', null],
    ['Nie', null],
    ['', null],
  ])('%j', (text, expiresAt) => expect(readExpiry(text, berlin)).toMatchObject({ ok: true, expiresAt }))

  it.each([
    '30.06.2027',
    '06/30/2027',
    '2027-02-30',
    '2027-6-30',
    '30 June',
    'soon',
    '2027-06-30T12:00:00',
    '12',
    '2027-13-01',
    '2027-02-30T00:00:00Z',
  ])('does not guess at %j', (text) =>
    expect(readExpiry(text, berlin)).toMatchObject({ ok: false, code: 'EXPIRY_INVALID', params: { v: text } }),
  )

  it('reads the declared order only', () => {
    expect(readExpiry('30.06.2027', { ...berlin, order: 'dmy' })).toMatchObject({
      expiresAt: '2027-06-30T22:00:00.000Z',
    })
    expect(readExpiry('1/6/2027', { ...berlin, order: 'dmy' })).toMatchObject({ expiresAt: '2027-06-01T22:00:00.000Z' })
    expect(readExpiry('06/30/2027', { ...berlin, order: 'mdy' })).toMatchObject({
      expiresAt: '2027-06-30T22:00:00.000Z',
    })
    expect(readExpiry('30/06/2027', { ...berlin, order: 'mdy' })).toMatchObject({ code: 'EXPIRY_INVALID' })
    expect(readExpiry('30.06/2027', { ...berlin, order: 'dmy' })).toMatchObject({ code: 'EXPIRY_INVALID' })
  })

  it('says which date the number of a spreadsheet would mean', () => {
    expect(readExpiry('46568', berlin)).toEqual({
      ok: false,
      code: 'EXPIRY_INVALID',
      params: { v: '46568', why: expect.stringMatching(/2027-06-30$/), date: '2027-06-30' },
    })
    expect(readExpiry('19999', berlin)).toEqual({ ok: false, code: 'EXPIRY_INVALID', params: { v: '19999' } })
  })

  it('refuses what is over, but not on the day itself', () => {
    expect(readExpiry('2026-11-21', berlin)).toEqual({
      ok: false,
      code: 'EXPIRY_IN_PAST',
      params: { date: '2026-11-21' },
    })
    expect(readExpiry('2026-11-21T23:30:00Z', berlin)).toMatchObject({ ok: true })
    expect(readExpiry('2026-11-21T22:30:00Z', berlin)).toMatchObject({ code: 'EXPIRY_IN_PAST' })
    expect(readExpiry('2001-01-01', { zone: 'UTC' })).toMatchObject({ ok: true })
  })

  it('notices an end more than ten years away', () => {
    expect(readExpiry('2037-01-01', berlin)).toMatchObject({ far: true })
    expect(readExpiry('2036-11-01', berlin)).toMatchObject({ far: false })
  })

  it('reads the dates of rules', () => {
    expect(expiryOf('2027-06-30', 'UTC')).toBe('2027-07-01T00:00:00.000Z')
    expect(expiryOf('never', 'UTC')).toBeNull()
    expect(() => expiryOf('soon', 'UTC')).toThrow(RangeError)
  })
})

describe('days of a zone', () => {
  it.each([
    ['2027-01-01', 'Pacific/Kiritimati', '2026-12-31T10:00:00.000Z'],
    ['2027-01-01', 'America/St_Johns', '2027-01-01T03:30:00.000Z'],
    // Midnight is skipped: the clock goes from 23:59:59 to 01:00.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    // The hour before midnight comes twice.
    ['2018-02-18', 'America/Sao_Paulo', '2018-02-18T03:00:00.000Z'],
    // Midnight comes twice: the first one counts.
    ['2023-11-05', 'America/Havana', '2023-11-05T04:00:00.000Z'],
    // A date that the zone skipped: the next one begins.
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
  ])('%s in %s begins at %s', (date, zone, at) => expect(startOfDay(date, zone)).toBe(at))

  it('begins when the date on the wall changes, in every zone and season', () => {
    const zone = fc.constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'Africa/Cairo',
      'Asia/Beirut',
      'America/Havana',
      'UTC',
    )
    fc.assert(
      fc.property(zone, fc.integer({ min: 0, max: 40_000 }), (zone, days) => {
        const date = addDays('1990-01-01', days)
        const at = startOfDay(date, zone)
        expect(dateIn(at, zone)).toBe(date)
        expect(dateIn(new Date(Date.parse(at) - 1).toISOString(), zone)).toBe(addDays(date, -1))
      }),
    )
  })

  it('an end reads back as the day it was given as', () => {
    expect(formatEnd('2027-06-30T22:00:00.000Z', 'Europe/Berlin')).toBe('30 Jun 2027 (Europe/Berlin)')
    expect(formatEnd('2027-03-28T22:00:00.000Z', 'Europe/Berlin')).toBe('28 Mar 2027 (Europe/Berlin)')
    expect(formatEnd('2027-06-30T12:00:00.000Z', 'Europe/Berlin')).toBe('30 Jun 2027, 14:00 (Europe/Berlin)')
  })
})

describe('reading a start', () => {
  it.each([
    ['2027-01-11', '2027-01-11T05:00:00.000Z'],
    ['2027-07-01', '2027-07-01T04:00:00.000Z'],
    ['2020-01-01', '2020-01-01T05:00:00.000Z'],
    ['2027-07-01T09:00:00Z', '2027-07-01T09:00:00.000Z'],
    ['', null],
  ])('%j is 06:00 in the zone', (text, startAt) => expect(readStart(text, berlin)).toEqual({ ok: true, startAt }))

  it('does not guess', () => expect(readStart('1.7.2027', berlin)).toMatchObject({ code: 'EXPIRY_INVALID' }))
})
