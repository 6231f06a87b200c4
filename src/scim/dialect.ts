/** What a dialect means on the wire; the list of them stands where the configuration may read it too. */
import { DIALECTS, type Dialect } from '../reconcile/dialect.ts'

export { DIALECTS, type Dialect }

export function isLenient(dialect: Dialect): boolean {
  return dialect !== 'strict'
}
