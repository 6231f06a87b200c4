/** What can be wrong with a sealed audit, in words. A closed list: each is told of the first seal that does not fit. */

export const SEAL_FAULT_KINDS = [
  'row_changed',
  'row_missing',
  'row_added',
  'chain_broken',
  'head_missing',
  'signature_wrong',
  'key_unknown',
  'cut_off',
  'made_anew',
] as const
export type SealFaultKind = (typeof SEAL_FAULT_KINDS)[number]

interface Entry {
  sentence: string
  next: string
}

const LOOK =
  'Somebody wrote to the tables past rosterd. Keep the database as it is, and compare it with a backup from before that seal.'

const SEAL_FAULTS = {
  row_changed: {
    sentence:
      'A row of seal {seal} (ids above {from}, up to {to}) is not what was sealed, or the seal itself was changed.',
    next: LOOK,
  },
  row_missing: {
    sentence:
      'Of seal {seal} (ids above {from}, up to {to}) rows are missing: {sealed} were sealed, {found} are there.',
    next: LOOK,
  },
  row_added: {
    sentence: 'Rows were added to seal {seal} (ids above {from}, up to {to}): {sealed} were sealed, {found} are there.',
    next: LOOK,
  },
  chain_broken: {
    sentence: 'The chain is broken at seal {seal}: it is missing, or does not begin where the one before ends.',
    next: LOOK,
  },
  head_missing: {
    sentence: 'Seal {seal} is the first of its day, and its signature is missing.',
    next: LOOK,
  },
  signature_wrong: {
    sentence: 'The signature of seal {seal} does not fit: that seal, or one before it, was made anew without the key.',
    next: LOOK,
  },
  key_unknown: {
    sentence: 'Seal {seal} is signed with the key {key}, which is not that of this data directory.',
    next: 'If it is the key of another daemon of yours, or of a data directory you had before, name it with --key; else somebody signed in your place.',
  },
  cut_off: {
    sentence: 'Seal {seal} was signed, and is no longer there: the chain ends at seal {last}.',
    next: 'If the database was restored from a backup from before, move {witness} away. Else somebody has cut off the end: look at a backup from after that seal.',
  },
  made_anew: {
    sentence: 'Seal {seal} is not the one that was signed here on {day}.',
    next: 'If the database was restored from a backup from before, move {witness} away. Else somebody had the chain made anew: look at a backup from that day.',
  },
} as const satisfies Record<SealFaultKind, Entry>

/** The first seal that does not fit, and how. */
export interface SealFault {
  seal: number
  kind: SealFaultKind
  sentence: string
  next: string
}

/** @param values what the sentence needs besides the seal */
export function sealFault(kind: SealFaultKind, seal: number, values: Record<string, string | number> = {}): SealFault {
  const filled = (text: string) =>
    text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(name === 'seal' ? seal : (values[name] ?? '')))
  const { sentence, next } = SEAL_FAULTS[kind]
  return { seal, kind, sentence: filled(sentence), next: filled(next) }
}
