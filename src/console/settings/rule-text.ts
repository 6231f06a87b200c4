/** A rule as somebody writes it: the YAML of the configuration file. */
import { parseDocument, stringify } from 'yaml'
import type { RuleRow } from '../../store/organizations.ts'

export interface Typed {
  key: string
  text: string
  isNew: boolean
}

/** One document without aliases: what is repeated could grow without end. */
export function readYaml(text: string): { given: unknown } | { mistake: string } {
  const document = parseDocument(text, { prettyErrors: true })
  const [first] = document.errors
  if (first !== undefined) return { mistake: first.message.split('\n')[0] ?? 'This is no YAML.' }
  try {
    return { given: document.toJS({ maxAliasCount: 0 }) }
  } catch {
    return { mistake: 'Aliases (*name) are not understood here.' }
  }
}

/** As the configuration file would have it under `rules:`. */
export const yamlOf = ({ priority, source, when, then }: RuleRow): string =>
  stringify({
    ...(priority === 500 ? {} : { priority }),
    ...(source === null ? {} : { source }),
    when,
    // biome-ignore lint/suspicious/noThenProperty: the word of the config file; its value is a list, so nothing awaits it
    then: [...then],
  })
