/** The configuration: read, checked, complete. */
export {
  baseUrlOf,
  type Config,
  type OrganizationConfig,
  type ProductConfig,
  type RuleConfig,
  type ServerConfig,
  type SourceConfig,
} from './config.ts'
export { type Environment, readEnvironment } from './environment.ts'
export { type Checked, checkConfig, checkText, loadConfig } from './load.ts'
export { isLoopback } from './overrides.ts'
export { formatProblem, type Problem } from './problem.ts'
export { configJsonSchema } from './schema.ts'
export { Secrets } from './secrets.ts'
