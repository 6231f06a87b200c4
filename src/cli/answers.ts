/** What the API answers, as far as commands read it. Everything else is passed on to `--json` as it came. */
import { z } from 'zod'
import { VERBS } from '../reconcile/operation.ts'

export const pageOf = <T extends z.ZodType>(thing: T) =>
  z.object({ items: z.array(thing), next: z.string().optional() })

export const organization = z.looseObject({ key: z.string(), name: z.string(), zone: z.string() })
export type Organization = z.infer<typeof organization>

const finding = z.looseObject({
  guard: z.string(),
  verdict: z.string(),
  nature: z.string(),
  scope: z.string(),
  message: z.string(),
})

export type Finding = z.infer<typeof finding>

export const plan = z.looseObject({
  id: z.string(),
  state: z.string(),
  lane: z.string(),
  hash: z.string(),
  headline: z.string(),
  itemCount: z.number(),
  sources: z.array(z.object({ key: z.string(), name: z.string() })),
  findings: z.array(finding),
  verdict: z.string(),
  overrideCount: z.number().nullable(),
  overrideSum: z.string().nullable().default(null),
  seats: z.array(
    z.looseObject({
      name: z.string(),
      owned: z.number(),
      used: z.number(),
      after: z.number(),
      waiting: z.number(),
    }),
  ),
  createdBy: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  approvedBy: z.string().nullable(),
  approvedAt: z.string().nullable(),
  override: z.object({ count: z.number(), reason: z.string(), by: z.string() }).nullable(),
  consent: z.looseObject({ by: z.string(), until: z.string() }).nullable().default(null),
  closedReason: z.string().nullable(),
  supersededBy: z.string().nullable(),
  startedAt: z.string().nullable().default(null),
  finishedAt: z.string().nullable(),
  operation: z
    .looseObject({
      verb: z.enum(VERBS),
      reason: z.string().optional(),
      rows: z.object({ given: z.number(), merged: z.number(), errors: z.number() }),
      file: z.looseObject({ name: z.string() }).nullable(),
    })
    .nullable()
    .default(null),
  leftOut: z.number().default(0),
  counts: z.record(z.string(), z.number()),
})
export type Plan = z.infer<typeof plan>

/** A plan that was just made of what somebody asked for. */
export const drafted = plan.extend({ repeated: z.boolean() })

export const planWhole = plan.extend({
  rowErrors: z.number(),
  beside: z.looseObject({
    openDecisions: z.number(),
    waits: z.array(
      z.looseObject({
        kind: z.string(),
        productName: z.string().nullable(),
        people: z.number(),
        until: z.string().nullable(),
      }),
    ),
  }),
})
export type PlanWhole = z.infer<typeof planWhole>

const image = z.record(z.string(), z.string().nullable()).nullable()
export const item = z.looseObject({
  number: z.number(),
  kind: z.string(),
  personId: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  productName: z.string().nullable(),
  expiresAt: z.string().nullable(),
  before: image,
  after: image,
  reason: z.looseObject({ text: z.string() }),
  file: z.string().nullable(),
  line: z.number().nullable(),
  predicted: z.string(),
  foreseen: z
    .looseObject({ code: z.string().optional(), message: z.string(), nextStep: z.string().optional() })
    .nullable(),
  state: z.string(),
  code: z.string().nullable(),
  message: z.string().nullable(),
  nextStep: z.string().nullable(),
})
export type Item = z.infer<typeof item>

export const progress = z.looseObject({
  state: z.string(),
  itemCount: z.number(),
  states: z.record(z.string(), z.number()),
  people: z.record(z.string(), z.number()).optional(),
})
export type Progress = z.infer<typeof progress>

export const failure = z.looseObject({
  item: z.number().nullable(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  kind: z.string().nullable(),
  line: z.number().nullable(),
  code: z.string(),
  reason: z.string(),
  nextStep: z.string(),
})

export const member = z.looseObject({
  id: z.string(),
  state: z.string(),
  role: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  leaving: z.looseObject({ accessEndsAt: z.string().nullable(), membershipEndsAt: z.string().nullable() }).nullable(),
  assignments: z.array(z.object({ productName: z.string(), expiresAt: z.string().nullable() }).loose()),
  claims: z.array(z.looseObject({ sourceName: z.string() })),
})

export const product = z.looseObject({
  key: z.string(),
  name: z.string(),
  owned: z.number(),
  used: z.number(),
  free: z.number(),
  reserve: z.number(),
  waiting: z.number(),
  borrowed: z.number().default(0),
  aliases: z.array(z.string()).default([]),
  retired: z.boolean(),
  managed: z.string().default('config'),
})

export const rule = z.looseObject({
  key: z.string(),
  priority: z.number(),
  source: z.string().nullable(),
  condition: z.string(),
  // biome-ignore lint/suspicious/noThenProperty: the word of the config file; its value is a list, so nothing awaits it
  then: z.array(z.record(z.string(), z.unknown())),
  managed: z.string().default('config'),
})

/** Where each is changed; said only where they differ from the usual, the file. */
export function setBy(items: { managed: string }[]): (one: { managed: string }) => string {
  const some = items.some(({ managed }) => managed !== 'config')
  return ({ managed }) => (some ? (managed === 'config' ? 'file' : 'API') : '')
}

export const snapshot = z.looseObject({
  id: z.string(),
  sourceName: z.string(),
  file: z.string(),
  state: z.string(),
  rows: z.number(),
  people: z.number(),
  errors: z.number(),
  missing: z.number(),
  findings: z.array(finding),
  admit: z.looseObject({ count: z.number(), what: z.string(), administrators: z.number() }).nullable(),
  consent: z.looseObject({ by: z.string(), until: z.string() }).nullable(),
  at: z.string(),
})
export type Snapshot = z.infer<typeof snapshot>

const person = z.looseObject({
  id: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  memberState: z.string().nullable(),
})
export const decision = z.looseObject({
  id: z.string(),
  kind: z.string(),
  state: z.string(),
  why: z.string(),
  person,
  candidates: z.array(person),
  choice: z.string().nullable(),
  at: z.string(),
})

export const token = z.looseObject({
  id: z.string(),
  hint: z.string(),
  administrator: z.string().nullable(),
  source: z.string().nullable().default(null),
  role: z.string().nullable(),
  createdAt: z.string(),
  expiresAt: z.string().nullable().default(null),
  lastUsedAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
})
