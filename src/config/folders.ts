/** Drop folders that are one folder under two names: two sources that read it would each take files from the other. */
import { realpathSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import type { OrganizationConfig } from './config.ts'
import type { Doubt } from './cross-check.ts'

interface Place {
  organization: string
  source: string
  /** As people wrote it, made absolute. */
  folder: string
  /** Where it and its `in/` really lie. */
  real: string[]
}

/**
 * Looks at the disk, since links, `..` and letter case give one folder many names. Two folders of which one lies inside the other are
 * one too: what is put away by the outer source would lie among the files of the inner one.
 */
export function checkFolders(organizations: OrganizationConfig[]): Doubt[] {
  const places = organizations.flatMap(({ key, sources }) =>
    sources.flatMap((source): Place[] => {
      if (source.kind !== 'csv') return []
      const real = [source.folder, join(source.folder, 'in')].map(realPath)
      return [{ organization: key, source: source.key, folder: source.folder, real: [...new Set(real)] }]
    }),
  )
  const owners = new Map<string, Place>()
  for (const place of places) for (const real of place.real) if (!owners.has(real)) owners.set(real, place)
  return places.flatMap((place) => {
    const owner = place.real.flatMap(upwards).flatMap((path) => owners.get(path) ?? [])
    const other = owner.find((one) => one !== place)
    return other === undefined ? [] : [doubt(place, other)]
  })
}

function doubt({ organization, source, folder, real }: Place, other: Place): Doubt {
  const name = `${other.organization}.${other.source}`
  const same = real.some((path) => other.real.includes(path))
  const message = same
    ? `The folder ${folder} already belongs to the source ${name}.`
    : `The folder ${folder} lies inside ${other.folder}, which belongs to the source ${name}.`
  const path = ['organizations', organization, 'sources', source, 'folder']
  return { path, at: 'value', message, severity: 'error' }
}

/** The path and all that it lies in, itself first. */
function upwards(path: string): string[] {
  const above = dirname(path)
  return above === path ? [path] : [path, ...upwards(above)]
}

/**
 * Where the path really lies; of what does not exist yet, the part that does. Lower case, since on many a disk (macOS, Windows
 * shares) HR and hr are one folder.
 */
function realPath(path: string): string {
  return resolved(path).toLowerCase()
}

function resolved(path: string): string {
  try {
    return realpathSync.native(path)
  } catch {
    const above = dirname(path)
    return above === path ? path : `${resolved(above).replace(/[/\\]$/, '')}${sep}${basename(path)}`
  }
}
