import { describe, expect, it } from 'vitest'
import { canonicalRow } from '../../../src/sync/csv/index.ts'
import { one, read, wrong } from './support.ts'

describe('a row', () => {
  it('is understood whole', async () => {
    const row = await one(
      'id,email,username,first_name,last_name,name,language,status,start_date,role,groups,products,expires,seat_priority,country,note',
      '0007, Ann@X.com ,ANN,Ann,Lee,Ann  Lee,de_DE,aktiv,2027-01-11,Administrator,Sales  EMEA;all,autodesk maya|NUKE X,2027-06-30,3,DE,hi',
    )
    expect(row).toEqual({
      line: 2,
      action: 'keep',
      anchor: '0007',
      anchorKey: '0007',
      profile: {
        email: 'Ann@X.com',
        emailKey: 'ann@x.com',
        userName: 'ANN',
        userNameKey: 'ann',
        firstName: 'Ann',
        lastName: 'Lee',
        displayName: 'Ann Lee',
        language: 'de-DE',
      },
      status: 'active',
      startAt: '2027-01-11T05:00:00.000Z',
      role: 'admin',
      groups: ['all', 'sales emea'],
      groupNames: ['all', 'Sales EMEA'],
      products: [
        { product: 'maya', expiresAt: null },
        { product: 'nuke', expiresAt: null },
      ],
      expiresAt: '2027-06-30T22:00:00.000Z',
      seatPriority: 3,
      attributes: { country: 'DE', note: 'hi' },
    })
  })

  it('says nothing where its cells are empty', async () => {
    expect(
      await one('id,email,first_name,role,groups,products,expires,seat_priority,country', '1,a@x.com,,,,,,,'),
    ).toMatchObject({
      profile: { firstName: null, userName: null },
      status: 'active',
      role: null,
      groups: [],
      products: [],
      expiresAt: null,
      seatPriority: null,
      attributes: {},
    })
  })

  it('CLEAR empties', async () => {
    expect(
      await one('email,first_name,groups,country,expires,status', 'a@x.com,CLEAR,CLEAR,CLEAR,CLEAR,CLEAR'),
    ).toMatchObject({
      profile: { firstName: '' },
      groups: [],
      attributes: { country: '' },
      expiresAt: null,
      status: 'active',
    })
  })

  it('edge case 8: A@X.com and a@x.com are the same person', async () => {
    const [a, b] = [await one('email', 'A@X.com'), await one('email', 'a@x.com')]
    expect(a.anchorKey).toBe(b.anchorKey)
    expect(a.profile.email).not.toBe(b.profile.email)
  })

  it.each([
    ['status', 'Ausgeschieden', 'leaver'],
    ['status', 'inactive', 'leaver'],
    ['status', 'FALSE', 'leaver'],
    ['status', 'no', 'leaver'],
    ['status', 'terminated', 'leaver'],
    ['status', 'on leave', 'leave'],
    ['status', '休職', 'leave'],
    ['status', '退職', 'leaver'],
    ['active', '1', 'active'],
    ['Block sign in (Yes/No) [accountEnabled]', 'Yes', 'leaver'],
    ['gesperrt', 'nein', 'active'],
    ['disabled', '', 'active'],
  ])('%s = %j', async (header, cell, status) =>
    expect((await one(`email,${header}`, `a@x.com,${cell}`)).status).toBe(status),
  )

  it('groups: every separator, folded, sorted, each once; a distinguished name is one', async () => {
    expect((await one('email,groups', 'a@x.com,"b, A,  a ,B"')).groups).toEqual(['a', 'b'])
    expect((await one('email,groups', 'a@x.com,"b|a\nc;x, y"')).groups).toEqual(['a', 'b', 'c', 'x, y'])
    expect((await one('email;groups', 'a@x.com;Sales, EMEA')).groups).toEqual(['sales, emea'])
    expect((await one('email,groups', 'a@x.com,"CN=Sales,OU=Groups,DC=x"')).groups).toEqual(['cn=sales,ou=groups,dc=x'])
  })

  it('one column per product: x, yes, 1 or a date', async () => {
    const row = await one('email,Maya,Nuke X', 'a@x.com,x,2027-06-30')
    expect(row.products).toEqual([
      { product: 'maya', expiresAt: null },
      { product: 'nuke', expiresAt: '2027-06-30T22:00:00.000Z' },
    ])
    expect((await one('email,Maya,Nuke X', 'a@x.com,no,')).products).toEqual([])
    expect(await wrong('email,Maya', 'a@x.com,perhaps')).toMatchObject({
      code: 'FIELD_UNKNOWN_VALUE',
      params: { col: 'Maya' },
    })
    expect(await wrong('email,Maya', 'a@x.com,2020-01-01')).toMatchObject({ code: 'EXPIRY_IN_PAST' })
  })

  it('a row that takes somebody away needs no address where it has an id', async () => {
    expect(await one('id,email,action', '7,,remove')).toMatchObject({ action: 'remove', anchor: '7' })
    expect(await one('id,action', '7,löschen')).toMatchObject({ action: 'remove', anchor: '7' })
  })

  it('the past end of somebody who leaves is no error', async () => {
    expect(await one('email,status,expires', 'a@x.com,leaver,2020-01-01')).toMatchObject({
      status: 'leaver',
      expiresAt: null,
    })
  })

  it('keyed by the address although there is an id', async () => {
    expect(await one('id,email', '7,A@x.com', { keyedBy: 'email' })).toMatchObject({
      anchor: 'a@x.com',
      attributes: { external_id: '7' },
    })
  })

  it('has one canonical text, whatever the order of columns and the line', async () => {
    const a = await one('id,email,shoe,hat', '1,a@x.com,43,L')
    const b = await one('hat,email,id,shoe', 'L,a@x.com,1,43')
    expect(canonicalRow({ ...a, line: 9 })).toBe(canonicalRow(b))
    expect(canonicalRow(a)).not.toBe(canonicalRow({ ...a, attributes: { ...a.attributes, hat: 'M' } }))
  })
})

describe('a reason with the values of its sentence', () => {
  it.each<[string, string, string, Record<string, unknown>]>([
    ['email,note', ',x', 'EMAIL_MISSING', { line: 2 }],
    ['email', 'annx.com', 'EMAIL_INVALID', { v: 'annx.com', why: 'no @', line: 2 }],
    ['email', 'a@x.com; b@x.com', 'EMAIL_MULTIPLE', { line: 2 }],
    ['email,note', 'a@x.com|b@x.com,x', 'EMAIL_MULTIPLE', { line: 2 }],
    ['id,email', ',a@x.com', 'ANCHOR_MISSING', { line: 2 }],
    ['id,email', '1.23457E+11,a@x.com', 'ANCHOR_DAMAGED', { v: '1.23457E+11' }],
    [
      'email,status',
      'a@x.com,perhaps',
      'FIELD_UNKNOWN_VALUE',
      { v: 'perhaps', col: 'status', list: 'active, leave, leaver' },
    ],
    ['email,role', 'a@x.com,king', 'FIELD_UNKNOWN_VALUE', { v: 'king', col: 'role', list: 'member, admin, owner' }],
    ['email,seat_priority', 'a@x.com,0', 'FIELD_UNKNOWN_VALUE', { v: '0', col: 'seat_priority' }],
    ['email,products', 'a@x.com,Mya', 'PRODUCT_UNKNOWN', { v: 'Mya', w: 'Maya' }],
    ['email,products', 'a@x.com,Autodesk Mya', 'PRODUCT_UNKNOWN', { v: 'Autodesk Mya', w: 'Maya' }],
    ['email,products', 'a@x.com,Photoshop', 'PRODUCT_UNKNOWN', { v: 'Photoshop', w: 'one of Maya, Nuke X' }],
    ['email,expires', 'a@x.com,30.06.2027', 'EXPIRY_INVALID', { v: '30.06.2027' }],
    ['email,expires', 'a@x.com,46568', 'EXPIRY_INVALID', { v: '46568', date: '2027-06-30' }],
    ['email,expires', 'a@x.com,2026-11-21', 'EXPIRY_IN_PAST', { date: '2026-11-21' }],
    ['email,start_date', 'a@x.com,soon', 'EXPIRY_INVALID', { v: 'soon' }],
  ])('%s: %s', async (header, line, code, params) => {
    expect(await wrong(header, line)).toMatchObject({ line: 2, code, params, cells: line.split(',') })
  })

  it('whatever key could be read is kept, so that the person can be frozen', async () => {
    expect(await wrong('id,email,expires', '7,A@x.com,soon')).toMatchObject({
      anchorKey: '7',
      emailKey: 'a@x.com',
      userNameKey: null,
    })
    expect(await wrong('id,email,username', '7,broken,Ann')).toMatchObject({
      anchorKey: '7',
      emailKey: null,
      userNameKey: 'ann',
    })
    expect(await wrong('email,expires', 'A@x.com,soon')).toMatchObject({ anchorKey: 'a@x.com', emailKey: 'a@x.com' })
  })

  it('an address that mixes alphabets and an end far away are warnings', async () => {
    const { opened, rows } = await read('email,expires\n\u0430nn@x.com,2047-01-01\n')
    expect(rows).toHaveLength(1)
    expect(opened.counts()).toMatchObject({ warnings: 2 })
  })
})
