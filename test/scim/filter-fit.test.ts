/**
 * Statements 33, 36, 39 and 40 of the requirements in every dialect: what a filter over an attribute that there is, or is not, gets when
 * its operator or its value does not fit.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENTERPRISE, type Endpoint, ERROR, openEndpoint, USER } from './endpoint.ts'

const LENIENT = ['idp', 'entra', 'okta'] as const

let here: Endpoint
beforeAll(async () => {
  here = await openEndpoint()
  for (const source of [...LENIENT, 'strict'] as const) {
    const over = { title: '5', active: true, schemas: [USER, ENTERPRISE], [ENTERPRISE]: { employeeNumber: '701984' } }
    await here.user(over, { source })
  }
})
afterAll(() => here?.drop())

type Expected = number | 'invalidFilter'

/** How many users of one are found, or that it is refused. */
async function found(source: (typeof LENIENT)[number] | 'strict', path: string, filter: string): Promise<Expected> {
  const answer = await here.ask('GET', `${path}?filter=${encodeURIComponent(filter)}`, undefined, { source })
  if (answer.status === 200) return Number(answer.json['totalResults'])
  expect(answer.json).toMatchObject({ schemas: [ERROR], status: '400', scimType: 'invalidFilter' })
  expect(answer.json['detail']).toMatch(/^The filter is wrong at character \d+: ./)
  return 'invalidFilter'
}

/** Filter, then what it gets where identity providers are taken as they are, and what under strict. */
const CASES: Record<string, [filter: string, lenient: Expected, strict: Expected][]> = {
  '39: an attribute that there is not': [
    ['unknown eq "x"', 0, 'invalidFilter'],
    ['unknown eq true', 0, 'invalidFilter'],
    ['unknown eq 5', 0, 'invalidFilter'],
    ['unknown eq null', 0, 'invalidFilter'],
    ['unknown gt "x"', 0, 'invalidFilter'],
    ['unknown gt 5', 0, 'invalidFilter'],
    ['unknown pr', 0, 'invalidFilter'],
    ['name.unknown pr', 0, 'invalidFilter'],
    ['emails[unknown eq "x"]', 0, 'invalidFilter'],
    ['unknown[type eq "x"]', 0, 'invalidFilter'],
    ['urn:example:other:2.0:User:unknown eq "x"', 0, 'invalidFilter'],
    ['title eq "5" or unknown eq "x"', 1, 'invalidFilter'],
    ['not (unknown pr)', 1, 'invalidFilter'],
    ['unknown eq word', 0, 'invalidFilter'],
  ],
  '39, 36: an attribute that there is not, compared as none could be': [
    ['unknown gt true', 'invalidFilter', 'invalidFilter'],
    ['unknown ge false', 'invalidFilter', 'invalidFilter'],
    ['unknown co true', 'invalidFilter', 'invalidFilter'],
    ['unknown co 5', 'invalidFilter', 'invalidFilter'],
    ['unknown lt null', 'invalidFilter', 'invalidFilter'],
    ['unknown sw null', 'invalidFilter', 'invalidFilter'],
    ['unknown[type gt true]', 'invalidFilter', 'invalidFilter'],
    ['emails[unknown co 5]', 'invalidFilter', 'invalidFilter'],
    ['title pr or unknown le true', 'invalidFilter', 'invalidFilter'],
    ["unknown eq 'x'", 'invalidFilter', 'invalidFilter'],
    ['unknown like "x"', 'invalidFilter', 'invalidFilter'],
    ['unknown eq', 'invalidFilter', 'invalidFilter'],
  ],
  '36: a boolean': [
    ['active eq true', 1, 1],
    ['active ne false', 1, 1],
    ['active eq "true"', 1, 'invalidFilter'],
    ['active eq True', 1, 'invalidFilter'],
    ['active eq 1', 'invalidFilter', 'invalidFilter'],
    ['active eq "yes"', 'invalidFilter', 'invalidFilter'],
    ['active gt true', 'invalidFilter', 'invalidFilter'],
    ['active gt "true"', 'invalidFilter', 'invalidFilter'],
    ['active le False', 'invalidFilter', 'invalidFilter'],
    ['active co "tr"', 'invalidFilter', 'invalidFilter'],
  ],
  '36: text': [
    ['title eq "5"', 1, 1],
    ['title eq 5', 1, 'invalidFilter'],
    [`${ENTERPRISE}:employeeNumber eq 701984`, 1, 'invalidFilter'],
    ['title eq true', 0, 'invalidFilter'],
    ['title gt 4', 1, 'invalidFilter'],
    ['title gt true', 'invalidFilter', 'invalidFilter'],
    ['title co 5', 'invalidFilter', 'invalidFilter'],
    ['title ew null', 'invalidFilter', 'invalidFilter'],
  ],
  '36: a moment': [
    ['meta.created gt "2001-01-01T00:00:00Z"', 1, 1],
    ['meta.created gt 2001-01-01T00:00:00Z', 1, 'invalidFilter'],
    ['meta.created gt "yesterday"', 'invalidFilter', 'invalidFilter'],
    ['meta.created gt 5', 'invalidFilter', 'invalidFilter'],
    ['meta.created eq true', 'invalidFilter', 'invalidFilter'],
    ['meta.created co "2026"', 'invalidFilter', 'invalidFilter'],
  ],
  '36: binary': [
    ['x509Certificates.value eq "QUJD"', 0, 0],
    ['x509Certificates.value gt "QUJD"', 'invalidFilter', 'invalidFilter'],
    ['x509Certificates[value le "QUJD"]', 'invalidFilter', 'invalidFilter'],
  ],
  '37: what has parts': [
    ['emails eq "x"', 0, 0],
    ['name eq "x"', 'invalidFilter', 'invalidFilter'],
    ['addresses co "x"', 'invalidFilter', 'invalidFilter'],
    ['title[value eq "x"]', 'invalidFilter', 'invalidFilter'],
  ],
  '13: groups, which are rows of their own': [
    ['groups.$ref eq "https://x/scim/v2/Groups/1"', 0, 0],
    ['groups.$ref eq 5', 0, 'invalidFilter'],
    ['groups.$ref co "x"', 'invalidFilter', 'invalidFilter'],
    ['groups eq true', 0, 'invalidFilter'],
  ],
  '40: what is never shown': [
    ['password eq "x"', 'invalidFilter', 'invalidFilter'],
    ['password pr', 'invalidFilter', 'invalidFilter'],
    ['not (password eq null)', 'invalidFilter', 'invalidFilter'],
  ],
}

const cases = Object.entries(CASES).flatMap(([row, filters]) => filters.map((one) => [row, ...one] as const))

describe.each(['/Users', ''])('at "%s"', (path) => {
  test.each(cases)('%s: %s', async (_, filter, lenient, strict) => {
    for (const source of LENIENT) expect(await found(source, path, filter), source).toBe(lenient)
    expect(await found('strict', path, filter), 'strict').toBe(strict)
  })
})
