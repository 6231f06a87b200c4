/** Lets a process of Node run the sources as they are: it strips types by itself, and JSX not. For `node --import`. */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { transformSync } from 'rolldown/utils'

registerHooks({
  load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.tsx')) return next(url, context)
    const file = fileURLToPath(url)
    const { code, errors } = transformSync(file, readFileSync(file, 'utf8'), {
      lang: 'tsx',
      jsx: { runtime: 'automatic', importSource: 'hono/jsx' },
      typescript: { onlyRemoveTypeImports: true },
    })
    if (errors.length > 0) throw new SyntaxError(`${file}: ${String(errors[0])}`)
    return { format: 'module', source: code, shortCircuit: true }
  },
})
