/** Writes config/rosterd.schema.json from the schema that the daemon checks with. Run after each change of it. */
import { writeFileSync } from 'node:fs'
import { configJsonSchema } from '../src/config/index.ts'

const file = new URL('../config/rosterd.schema.json', import.meta.url)
writeFileSync(file, `${JSON.stringify(configJsonSchema(), null, 2)}\n`)
