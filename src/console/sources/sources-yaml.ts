/** What to write into the configuration file for a source that is not there yet. */

export const SOURCE_KINDS = ['okta', 'entra', 'scim', 'csv'] as const
export type SourceKind = (typeof SOURCE_KINDS)[number]

export const KIND_NAMES: Record<SourceKind, string> = {
  okta: 'Okta',
  entra: 'Microsoft Entra ID',
  scim: 'Another identity provider (SCIM 2.0)',
  csv: 'CSV files in a folder',
}

const DIALECTS = { okta: 'okta', entra: 'lenient', scim: 'lenient' } as const

/** Below `organizations:`; a source that gives nobody anything needs a rule to do so. */
export function yamlOfSource(kind: SourceKind, organization: string, product: string | null): string {
  const key = kind === 'csv' ? 'hr' : 'idp'
  const name = kind === 'csv' ? 'HR feed' : kind === 'scim' ? 'Identity provider' : KIND_NAMES[kind]
  const settings =
    kind === 'csv'
      ? [
          'kind: csv',
          'mode: snapshot                 # each file lists everybody; delta: only changes',
          'approval: manual',
        ]
      : ['kind: scim', `dialect: ${DIALECTS[kind]}`, 'approval: within_limits        # once it is live']
  const gives =
    product === null
      ? []
      : [
          `      ${key}-${product}: { source: ${key}, when: { group: { name: NAME OF A GROUP } }, then: [{ product: ${product} }] }`,
        ]
  return [
    'organizations:',
    `  ${organization}:`,
    '    sources:',
    `      ${key}:`,
    `        name: ${name}`,
    ...settings.map((line) => `        ${line}`),
    '    rules:',
    `      ${key}-everyone: { source: ${key}, when: { everyone: true }, then: [{ member: member }] }`,
    ...gives,
    '',
  ].join('\n')
}
