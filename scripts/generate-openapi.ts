/** Writes docs/openapi.json from the routes. Run after each change of them: `node scripts/generate-openapi.ts`. */
import { writeFileSync } from 'node:fs'
import { openApiDocument } from '../src/api/document.ts'
import { adminApi } from '../src/api/index.ts'
import type { Parts } from '../src/sync/parts.ts'
import { VERSION } from '../src/version.ts'

/** The whole file. The routes are only listed, never asked, so nothing of what they work with is needed. */
export function openApiText(): string {
  const app = adminApi({
    get parts(): Parts {
      throw new Error('nothing is asked here')
    },
    bootstrap: Buffer.alloc(32),
    version: VERSION,
  })
  return `${JSON.stringify(openApiDocument(app, VERSION), null, 2)}\n`
}

if (import.meta.main) writeFileSync(new URL('../docs/openapi.json', import.meta.url), openApiText())
