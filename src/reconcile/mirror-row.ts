/** From a user of a SCIM source, as the mirror has them, to the row of the directory that says what the source wants of them. */
import { mirrorAttributes } from './mirror-attributes.ts'
import { type MirrorElement, readMirrorDocument } from './mirror-document.ts'
import type { DirectoryRow } from './model.ts'
import { clean, cleanName, nameKey, readEmail } from './normalise.ts'

export interface MirrorUser {
  /** The id that the server gave: what names them for ever. */
  id: string
  /** As it is stored. */
  document: unknown
  active: boolean
  deleted: boolean
  /** The groups that they are in, directly and through others, and deleted ones that still count, in the order of their ids. */
  groups: { id: string; name: string }[]
}

/** A row without its place: the person and the source are the store's to know. */
export type MirrorRow = Omit<DirectoryRow, 'sourceId' | 'personId' | 'evidence'>

export interface MirrorIdentity {
  externalId: string | null
  userName: string | null
  userNameKey: string | null
  /** Empty where there is no usable address. */
  email: string
  emailKey: string
}

/**
 * Entra ID renames whom it deletes softly: 32 hexadecimal digits, then the old name, and no longer active. That frees the name for
 * somebody new and says nothing about how the person is called, so the digits are looked through.
 */
const FREED = /^[0-9a-f]{32}(?=.)/is

/** Products have short names; what is longer, such as JSON in a string, names none. */
const LONGEST_PRODUCT = 200

export function mirrorRow(user: MirrorUser): MirrorRow {
  const document = readMirrorDocument(user.document)
  const { userName, userNameKey, email, emailKey } = mirrorIdentity(user)
  return {
    anchor: user.id,
    anchorKey: user.id,
    profile: {
      email,
      emailKey,
      userName,
      userNameKey,
      firstName: nameOf(document.name.givenName),
      lastName: nameOf(document.name.familyName),
      displayName: nameOf(document.displayName) ?? nameOf(document.name.formatted),
      language: languageOf(document.preferredLanguage) ?? languageOf(document.locale),
    },
    status: user.deleted ? 'deleted' : user.active ? 'active' : 'leaver',
    startAt: null,
    role: null,
    groups: user.groups.map((group) => group.id),
    groupNames: user.groups.map((group) => group.name),
    products: productsOf(document.entitlements),
    expiresAt: null,
    seatPriority: null,
    attributes: mirrorAttributes(document),
  }
}

/** By what somebody who comes back under another id is known again. */
export function mirrorIdentity({ document: stored, active }: Pick<MirrorUser, 'document' | 'active'>): MirrorIdentity {
  const document = readMirrorDocument(stored)
  const given = clean(document.userName ?? '')
  const freed = active ? '' : (FREED.exec(given)?.[0] ?? '')
  const own = (text: string) => (freed !== '' && text.startsWith(freed) ? text.slice(freed.length) : text)
  const userName = own(given)
  const [address] = [...preferred(document.emails), given].flatMap((one) => {
    const reading = readEmail(own(clean(one)))
    return reading.ok ? [reading] : []
  })
  return {
    externalId: document.externalId ?? null,
    userName: userName === '' ? null : userName,
    userNameKey: userName === '' ? null : nameKey(userName),
    email: address?.email ?? '',
    emailKey: address?.key ?? '',
  }
}

/** The primary address, then the one for work, then the others as they come. */
function preferred(emails: MirrorElement[]): string[] {
  const rank = (one: MirrorElement) => (one.primary === true ? 0 : one.type?.toLowerCase() === 'work' ? 1 : 2)
  return [...emails].sort((a, b) => rank(a) - rank(b)).flatMap((one) => one.value ?? [])
}

function nameOf(text: string | undefined): string | null {
  const name = cleanName(text ?? '')
  return name === '' ? null : name
}

/** The first of what may be a list as in Accept-Language (RFC 7643 §4.1.1): `da, en-gb;q=0.8` is `da`; null for what is no tag. */
function languageOf(text: string | undefined): string | null {
  const tag = clean((text ?? '').split(/[,;]/, 1)[0] ?? '').replaceAll('_', '-')
  return /^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$/i.test(tag) ? tag : null
}

/** Names, as they were sent: which products they mean is looked up when the person is evaluated. */
function productsOf(entitlements: MirrorElement[]): MirrorRow['products'] {
  const names = entitlements.flatMap(({ value }) => {
    const name = cleanName(value ?? '')
    return name === '' || name.length > LONGEST_PRODUCT ? [] : [name]
  })
  return [...new Set(names)].sort().map((product) => ({ product, expiresAt: null }))
}

/** The content of a row as one text: equal content, equal text. A group that is called otherwise is another content. */
export function mirrorRowText(row: MirrorRow): string {
  const { anchor, profile, status, groups, products, attributes } = row
  return JSON.stringify([
    anchor,
    profile.email,
    profile.emailKey,
    profile.userName,
    profile.userNameKey,
    profile.firstName,
    profile.lastName,
    profile.displayName,
    profile.language,
    status,
    groups,
    row.groupNames.map(nameKey),
    products.map((one) => one.product),
    Object.entries(attributes),
  ])
}
