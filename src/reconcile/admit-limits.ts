/** How much of a snapshot may be missing or broken before a person has to look. */
import { z } from 'zod'

const share = z.number().min(0).max(100)
const whole = z.int().min(0)

const rowErrorLimits = z.strictObject({
  floor: whole.default(20).describe('So many rows in error never stop a snapshot by themselves'),
  percent: share.default(2).describe('Hold a snapshot with more rows in error than this share of its rows'),
  refuse_percent: share.default(20).describe('Refuse a snapshot with more rows in error than this share of its rows'),
})

export const snapshotLimits = z.strictObject({
  hold_percent: share.default(80).describe('Hold a snapshot with fewer people than this share of the usual number'),
  refuse_percent: share.default(50).describe('Refuse a snapshot with fewer people than this share of the usual number'),
  row_errors: rowErrorLimits.prefault({}),
  unproven_percent: share
    .default(5)
    .describe('Hold a snapshot that shrinks by more than this share where nothing but its rest says that it is whole'),
  lost_zeros: whole
    .min(1)
    .default(3)
    .describe('Hold a snapshot in which so many ids differ from known ones by leading zeros alone'),
})

export type SnapshotLimits = z.output<typeof snapshotLimits>
