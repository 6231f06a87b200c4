/** A world into which an identity provider pushes, with the jobs that follow; for tests of what becomes of it. */
import { IdentityProvider } from './identity-provider.ts'
import { Jobs } from './jobs.ts'
import { openWorld, type Setting, type World } from './pipeline.ts'

export interface Scene {
  world: World
  idp: IdentityProvider
  jobs: Jobs
}

/** One source that pushes, whose groups Artists and Lighting give a product each. */
export const SETTING = {
  sources: 'idp: { kind: scim, approval: within_limits }',
  products: 'vray: { name: V-Ray, seats: 10 }\nhoudini: { name: Houdini, seats: 10 }',
  rules: `everyone: { source: idp, when: { everyone: true }, then: [{ member: member }] }
artists: { source: idp, when: { group: { name: Artists } }, then: [{ product: vray }] }
lighting: { source: idp, when: { group: { name: Lighting } }, then: [{ product: houdini }] }`,
} satisfies Setting

export async function openScene(setting: Setting = {}): Promise<Scene> {
  const world = await openWorld({ ...SETTING, ...setting })
  return { world, idp: await IdentityProvider.open(world), jobs: new Jobs(world) }
}
