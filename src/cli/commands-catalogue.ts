/** Commands about what is set for an organization: products, rules and limits. */
import type { Adder } from './adder.ts'
import { resetLimits, setLimits, showLimits } from './limits.ts'
import { listProducts } from './people.ts'
import { type ProductOptions, retireProduct, setProduct } from './product.ts'
import { retireRule, setRule } from './rule.ts'
import { listRules } from './sources.ts'

/** An option that may be given more than once. */
const several = (one: string, before: string[] = []): string[] => [...before, one]

export function addCatalogueCommands({ program, command, remote }: Adder): void {
  const product = program
    .command('product')
    .description('products that are set here, and not in the configuration file')
  command(product, 'list', 'list all products with their seats').action(remote((session) => listProducts(session)))
  command(product, 'set', 'create one, or change it; what is not said stays as it is')
    .argument('<key>')
    .argument('[file]', 'all of it as YAML or JSON, as the configuration file writes it; - for what is piped in')
    .option('--name <name>', 'what people call it')
    .option('--seats <number>', 'how many people may hold it')
    .option('--reserve <number>', 'seats that are kept for assignments by hand')
    .option('--alias <name>', 'another name in files; more than once for several', several)
    .action(remote<ProductOptions>((session, [key = '', file], options) => setProduct(session, key, file, options)))
  command(product, 'retire', 'nobody gets it any more, and nobody loses it')
    .argument('<key>')
    .action(remote((session, [key = '']) => retireProduct(session, key)))

  const rule = program.command('rule').description('rules that are set here, and not in the configuration file')
  command(rule, 'list', 'list all rules: who gets what').action(remote((session) => listRules(session)))
  command(rule, 'set', 'create one, or change all of it')
    .argument('<key>')
    .argument('[file]', 'as YAML or JSON, as the configuration file writes it; else what is piped in')
    .action(remote((session, [key = '', file]) => setRule(session, key, file)))
  command(rule, 'retire', 'end one; what it alone gave is taken away by a plan that waits for you')
    .argument('<key>')
    .action(remote((session, [key = '']) => retireRule(session, key)))

  const limits = program.command('limits').description('how much a plan may take away before a person has to look')
  command(limits, 'show', 'list them, and who set them').action(remote((session) => showLimits(session)))
  command(limits, 'set', 'set all of them, where the configuration file has none')
    .argument('[file]', 'as YAML or JSON, as under limits: of the configuration file; else what is piped in')
    .action(remote((session, [file]) => setLimits(session, file)))
  command(limits, 'reset', 'go back to the usual ones').action(remote((session) => resetLimits(session)))
}
