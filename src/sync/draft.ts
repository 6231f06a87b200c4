/**
 * Draft: what a person asks for becomes a plan that nobody has approved yet. It runs apart from proposals and promises nobody a seat, so
 * that whoever drafts for long keeps nobody waiting; apply finds out what has changed since.
 */
import { RosterdError } from '../errors.ts'
import { formatDay } from '../reconcile/expiry.ts'
import type { HandGround } from '../reconcile/hand-case.ts'
import { showId } from '../reconcile/identifiers.ts'
import type { Product } from '../reconcile/model.ts'
import type { Operation } from '../reconcile/operation.ts'
import { hasEnded } from '../reconcile/review.ts'
import type { Transaction } from '../store/connection.ts'
import { samePlan } from '../store/hand-facts.ts'
import { foreseeSeats } from '../store/hand-seats.ts'
import { lockDrafts } from '../store/locks.ts'
import { listProducts, listSources, type Organization, readOrganization } from '../store/organizations.ts'
import { openProposal } from '../store/proposal.ts'
import { moveSnapshot } from '../store/snapshots.ts'
import { inTurn } from '../store/turns.ts'
import { collectByHand } from './collect-by-hand.ts'
import { ProductNames } from './csv/index.ts'
import { requireRole } from './decide.ts'
import type { Actor, Parts } from './parts.ts'
import { mustReadUpload, nobodyLeft, type Selection, select } from './select.ts'
import { type Drafted, storeDraft } from './store-draft.ts'
import { refuseRows } from './typed-rows.ts'
import { unclear } from './unclear.ts'

export type { Drafted } from './store-draft.ts'

const DAY_MS = 86_400_000

/** An operation as somebody asks for it, before anybody is looked up; products by key, name or alias. */
export type Asked = Omit<Operation, 'rows' | 'file' | 'where'> & { selection: Selection }

export interface Drafting {
  actor: Actor
  operation: Asked
  /** Nobody is mailed. */
  quiet: boolean
  /** The same file again, on purpose. */
  again?: boolean
  /** What happens with the draft or not at all: where it throws, there is none. */
  along?(transaction: Transaction, plan: number): Promise<void>
}

/**
 * Makes a draft of what was asked for, in lane `by_hand`. It stores nothing else but the people whom an invitation names; no member, no
 * product, no letter.
 *
 * @throws RosterdError FORBIDDEN (a role above `member` needs an administrator), OPERATION_AMBIGUOUS, OPERATION_EMPTY, PRODUCT_NOT_FOUND,
 *   MEMBER_NOT_FOUND, FILTER_INVALID, SNAPSHOT_NOT_FOUND, UPLOAD_STATE, DUPLICATE_OPERATION
 */
export async function draft(parts: Parts, organization: number, asked: Drafting): Promise<Drafted> {
  const { actor, operation } = asked
  requireRole(actor, operation.verb === 'invite' && operation.role !== 'member' ? 'admin' : 'operator')
  const why = unclear(operation)
  if (why !== null) throw new RosterdError('OPERATION_AMBIGUOUS', { why })
  const started = Date.now()
  const drafted = await inTurn(parts.sql, `drafts ${organization}`, async (transaction) => {
    await lockDrafts(transaction, organization)
    const settings = await readOrganization(transaction, organization)
    const made = await draftNow(transaction, settings, asked, parts.now())
    await asked.along?.(transaction, made.plan)
    return made
  })
  const told = { organization, ...drafted, verb: operation.verb, milliseconds: Date.now() - started }
  parts.log.info({ event: 'plan.drafted', ...told }, 'drafted by hand')
  return drafted
}

async function draftNow(
  transaction: Transaction,
  settings: Organization,
  { actor, operation: asked, quiet, again = false }: Drafting,
  at: Date,
): Promise<Drafted> {
  const organization = settings.id
  const products = await listProducts(transaction, organization)
  const { selection, ...options } = { ...asked, products: keysOf(asked, products) }
  const same = again ? null : await sameAsBefore(transaction, settings, { ...options, selection }, at)
  if (same !== null) return { plan: same, repeated: true, pinned: 0, letters: 0 }
  const { verb } = asked
  const productsInRows = (verb === 'assign' || (verb === 'revoke' && !asked.allProducts)) && asked.products.length === 0
  const names = products.filter((one) => !one.retired).map((one) => one.name)
  const selected = await select(transaction, settings, { verb, selection, actor, at, productsInRows, products: names })
  const { snapshot, file, where } = selected
  const manual = (await listSources(transaction, organization)).find((source) => source.kind === 'manual')
  if (!manual) throw new Error('the pseudo-source manual is missing')
  const ground: HandGround = {
    operation: { ...options, where, file, rows: selected.rows },
    actor: actor.name,
    manual: manual.id,
    products: new Map(products.map((product) => [product.key, product])),
    snapshot,
  }
  const proposal = await openProposal(transaction)
  const { merged, conflicts } = await collectByHand(proposal, organization, ground, { manual: manual.key, at })
  const rows = {
    given: selected.rows.given,
    merged: selected.rows.merged + merged,
    errors: selected.rows.errors + conflicts.length,
  }
  const refused = [...selected.refused, ...conflicts]
  if (proposal.actions === 0) throw nobodyLeft({ ...selected, refused })
  if (snapshot !== null) {
    await refuseRows(transaction, organization, snapshot.id, settings.zone, refused)
    await moveSnapshot(transaction, organization, snapshot.id, ['uploaded'], 'planned')
  }
  await foreseeSeats(proposal, organization, asked.wait ? 'wait' : 'fail')
  const operation = { ...ground.operation, rows }
  return await storeDraft(proposal, settings, { actor, operation, quiet, at, snapshot, manual: manual.id })
}

/** The keys of products that somebody names by key, name or alias; one that is gone can still be taken from whoever holds it. */
function keysOf({ verb, products: named }: Asked, products: Product[]): string[] {
  // Where two have a name, the last one has it.
  const known = products
    .filter((one) => one.retired && verb === 'revoke')
    .concat(products.filter((one) => !one.retired))
  const names = new ProductNames(known)
  const keys = named.flatMap((one) => {
    const read = names.read(one)
    if (read.ok) return read.products
    throw new RosterdError('PRODUCT_NOT_FOUND', { product: `${read.params.v} (did you mean ${read.params.w}?)` })
  })
  return [...new Set(keys)].sort()
}

/**
 * The plan that the same file was made into within a day, while it is open. What was applied of it in part, or let go, is drafted anew:
 * what is done of it changes nothing.
 *
 * @throws RosterdError DUPLICATE_OPERATION where it was applied wholly
 */
async function sameAsBefore(
  transaction: Transaction,
  settings: Organization,
  { selection, ...options }: Asked,
  at: Date,
): Promise<number | null> {
  if (!('upload' in selection)) return null
  const { file, sha256, seen } = await mustReadUpload(transaction, settings.id, options.verb, selection.upload)
  if (seen === null) return null
  const rows = { given: 0, merged: 0, errors: 0 }
  const operation = { ...options, where: null, file: { name: file, sha256 }, rows }
  const since = new Date(at.getTime() - DAY_MS)
  const before = await samePlan(transaction, settings.id, operation, { upload: selection.upload, since })
  if (before === null) return null
  if (before.state === 'applied') {
    const date = formatDay((before.finishedAt ?? at).toISOString(), settings.zone)
    throw new RosterdError('DUPLICATE_OPERATION', {
      file,
      id: showId('pln', before.id),
      date,
      reason: 'FILE_DUPLICATE',
    })
  }
  return hasEnded(before.state) ? null : before.id
}
