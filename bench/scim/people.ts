/** The people of the benchmark, as an identity provider would send them. */
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'

export function person(number: number | string): Record<string, unknown> {
  return {
    schemas: [USER],
    externalId: `00u${number}`,
    userName: `person.${number}@bench.example`,
    name: { givenName: `Given${number}`, familyName: `Family${number}` },
    displayName: `Given${number} Family${number}`,
    emails: [{ primary: true, type: 'work', value: `person.${number}@bench.example` }],
    locale: 'en-US',
    active: true,
  }
}
