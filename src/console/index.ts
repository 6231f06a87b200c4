/** The console: pages for people. One file per screen, each with its routes. */
import { Hono } from 'hono'
import { RosterdError } from '../errors.ts'
import { activityRoutes } from './activity/activity.tsx'
import { failureRoutes } from './activity/failures.tsx'
import { activityFileRoutes } from './activity/files.ts'
import { mailRoutes } from './activity/mails.tsx'
import { assetRoutes } from './assets.ts'
import { bulkRoutes } from './bulk/bulk.tsx'
import type { ConsoleContext } from './context.ts'
import { decisionEndRoutes } from './decision-end.tsx'
import { decisionRoutes } from './decisions.tsx'
import { type ConsoleEnv, type Door, fromOurPages, guarded, recognising } from './door.ts'
import { answerWithPage } from './error-page.tsx'
import { landingRoutes } from './landing.ts'
import { overviewRoutes } from './overview/overview.tsx'
import { peopleRoutes } from './people/people.tsx'
import { personRoutes } from './people/person.tsx'
import { checkRoutes } from './people/person-check.ts'
import { explainRoutes } from './people/person-explain.tsx'
import { liftRoutes } from './people/person-lift.tsx'
import { planRoutes } from './plans/page.tsx'
import { productEditRoutes } from './products/edit.tsx'
import { productFileRoutes } from './products/files.ts'
import { productPageRoutes } from './products/product.tsx'
import { productRoutes } from './products/products.tsx'
import { productRetireRoutes } from './products/retire.tsx'
import { limitRoutes } from './settings/guard-limits.tsx'
import { guardRoutes } from './settings/guards.tsx'
import { rulePageRoutes } from './settings/rule.tsx'
import { ruleRetireRoutes } from './settings/rule-retire.tsx'
import { ruleRoutes } from './settings/rules.tsx'
import { accountRoutes } from './sign-in/account.tsx'
import { administratorRoutes } from './sign-in/administrators.tsx'
import { openIdRoutes } from './sign-in/openid.ts'
import { signInRoutes } from './sign-in/sign-in.tsx'
import { sourceFileRoutes } from './sources/file.tsx'
import { fileDismissRoutes } from './sources/file-dismiss.tsx'
import { newSourceRoutes } from './sources/new.tsx'
import { setupRoutes } from './sources/setup.tsx'
import { sourcePageRoutes } from './sources/source.tsx'
import { sourceRoutes } from './sources/sources.tsx'
import { sourceTokenRoutes } from './sources/tokens.tsx'

export type { ConsoleContext } from './context.ts'

/** The console as an app of its own, at the root. Its `requestId` and `log` variables are set by whoever mounts it. */
export function consoleDoor(context: ConsoleContext): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>()
  const door: Door = { app, context, offered: new Set() }
  app.onError((error, c) => answerWithPage(door, error, c))
  app.use(guarded)
  assetRoutes(door)
  app.use(recognising(context), fromOurPages(context))
  signInRoutes(door)
  openIdRoutes(door)
  landingRoutes(door)
  peopleRoutes(door)
  bulkRoutes(door)
  planRoutes(door)
  personRoutes(door)
  explainRoutes(door)
  checkRoutes(door)
  liftRoutes(door)
  overviewRoutes(door)
  decisionRoutes(door)
  decisionEndRoutes(door)
  productEditRoutes(door)
  productRetireRoutes(door)
  productRoutes(door)
  productFileRoutes(door)
  productPageRoutes(door)
  sourceRoutes(door)
  newSourceRoutes(door)
  sourcePageRoutes(door)
  setupRoutes(door)
  sourceFileRoutes(door)
  fileDismissRoutes(door)
  sourceTokenRoutes(door)
  rulePageRoutes(door)
  ruleRetireRoutes(door)
  ruleRoutes(door)
  limitRoutes(door)
  guardRoutes(door)
  activityRoutes(door)
  mailRoutes(door)
  failureRoutes(door)
  activityFileRoutes(door)
  accountRoutes(door)
  administratorRoutes(door)
  app.all('*', (c) => {
    throw new RosterdError('NOT_FOUND', { path: c.req.path })
  })
  return app
}
