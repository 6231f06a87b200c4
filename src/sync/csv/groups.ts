import { cleanName, fold } from '../../reconcile/normalise.ts'

export interface GroupList {
  /** Folded names, sorted, each once. */
  ids: string[]
  /** The names as the file writes them, in the order of `ids`. */
  names: string[]
}

/**
 * The groups of one cell: separated by `;`, `|` or line breaks, else by `,` in a file whose delimiter is the comma (the
 * cell was quoted then). A distinguished name of LDAP is one group, commas and all.
 */
export function readGroups(cell: string, delimiter: string): GroupList {
  const byId = new Map<string, string>()
  for (const part of parts(cell, delimiter)) {
    const name = cleanName(part)
    if (name === '') continue
    const id = fold(name)
    const before = byId.get(id)
    if (before === undefined || name < before) byId.set(id, name)
  }
  const ids = [...byId.keys()].sort()
  return { ids, names: ids.map((id) => byId.get(id) ?? id) }
}

function parts(cell: string, delimiter: string): string[] {
  if (/[;|\r\n]/.test(cell)) return cell.split(/[;|\r\n]+/)
  const distinguished = /^\s*(?:cn|ou|uid)=[^,]*,/i.test(cell)
  return delimiter === ',' && !distinguished ? cell.split(',') : [cell]
}
