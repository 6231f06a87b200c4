/** The configuration: read, checked, complete. */
export { baseUrlOf, type Config, type OrganizationConfig } from './config.ts'
export { readEnvironment } from './environment.ts'
export { checkConfig, checkText, loadConfig } from './load.ts'
export { isLoopback } from './overrides.ts'
export { formatProblem } from './problem.ts'
export { configJsonSchema } from './schema.ts'
