/**
 * Every table of rosterd, in the order of the flow: settings → observed → desired → current → plans → letters → access.
 * Each primary key begins with the organization. Rows that carry (from_change, to_change) are versions: a null `to_change` is
 * what holds now, and "as of change n" reads from_change ≤ n < to_change.
 */
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { bytes, instant, keyText, organizationId } from './columns.ts'

const id = (name = 'id') => bigint(name, { mode: 'number' })
const from = () => id('from_change').notNull()
const to = () => id('to_change')

/** Numbers the changes of every organization; a sequence never makes two writers wait for each other. */
export const changeNumbers = pgSequence('change_numbers', { cache: 1 })
export const personIds = pgSequence('person_ids', { cache: 1 })
export const memberIds = pgSequence('member_ids', { cache: 1 })
export const assignmentIds = pgSequence('assignment_ids', { cache: 100 })

// ── settings ────────────────────────────────────────────────────────────────────────────────────────────────────────

export const organizations = pgTable(
  'organizations',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    key: keyText('key').notNull(),
    name: text('name').notNull(),
    zone: text('zone').notNull(),
    /** Everything of the config file that is not a row of its own: domains, protected people, limits. */
    settings: jsonb('settings').notNull(),
    /** Limits set through the API; they count where the config file has none. */
    apiLimits: jsonb('api_limits'),
    settingsVersion: integer('settings_version').notNull().default(1),
    rulesetVersion: integer('ruleset_version').notNull().default(1),
    /** Raised by every apply batch: the base that a plan was made against. */
    revision: id('revision').notNull().default(0),
    retired: boolean('retired').notNull().default(false),
  },
  (table) => [uniqueIndex('organizations_key').on(table.key)],
)

export const administrators = pgTable(
  'administrators',
  {
    organizationId: organizationId(),
    emailKey: keyText('email_key').notNull(),
    email: text('email').notNull(),
    role: text('role').notNull(),
    /** Who may change it: the config file, or the administrators themselves, who invited this one. */
    managed: text('managed').notNull().default('config'),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.emailKey] })],
)

export const products = pgTable(
  'products',
  {
    organizationId: organizationId(),
    id: integer('id').notNull(),
    key: keyText('key').notNull(),
    name: text('name').notNull(),
    aliases: text('aliases').array().notNull().default([]),
    owned: integer('owned').notNull(),
    reserve: integer('reserve').notNull().default(0),
    /** Live assignments; raised and lowered by apply with the limit in the UPDATE's own WHERE. */
    used: integer('used').notNull().default(0),
    retired: boolean('retired').notNull().default(false),
    /** Who may change it: the config file, or the API. */
    managed: text('managed').notNull().default('config'),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex('products_key').on(table.organizationId, table.key),
  ],
)

export const sources = pgTable(
  'sources',
  {
    organizationId: organizationId(),
    id: integer('id').notNull(),
    key: keyText('key').notNull(),
    name: text('name').notNull(),
    kind: text('kind').notNull(),
    mode: text('mode').notNull(),
    approval: text('approval').notNull(),
    trust: integer('trust').notNull(),
    settings: jsonb('settings').notNull(),
    managesAdmins: boolean('manages_admins').notNull().default(false),
    connected: boolean('connected').notNull().default(true),
    lastSnapshotId: id('last_snapshot_id'),
    /** When its schedule last fired, or its first day was noted: what came after it and is over was missed. */
    reconciledAt: instant('reconciled_at'),
    /** When a person let a source that pushes go live; until then its plans are shown and never applied. */
    liveAt: instant('live_at'),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex('sources_key').on(table.organizationId, table.key),
  ],
)

export const rules = pgTable(
  'rules',
  {
    organizationId: organizationId(),
    key: keyText('key').notNull(),
    version: integer('version').notNull(),
    priority: integer('priority').notNull(),
    source: keyText('source'),
    condition: jsonb('when').notNull(),
    consequences: jsonb('then').notNull(),
    /** Who may change it: the config file, or the API. */
    managed: text('managed').notNull().default('config'),
    fromChange: from(),
    toChange: to(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.key, table.version] }),
    uniqueIndex('rules_live').on(table.organizationId, table.key).where(sql`to_change is null`),
  ],
)

// ── observed: what sources say ──────────────────────────────────────────────────────────────────────────────────────

export const changes = pgTable(
  'changes',
  {
    organizationId: organizationId(),
    number: id('number').notNull(),
    at: instant('at').notNull(),
    cause: text('cause').notNull(),
    causeId: id('cause_id'),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.number] })],
)

export const snapshots = pgTable(
  'snapshots',
  {
    organizationId: organizationId(),
    id: id().notNull().generatedAlwaysAsIdentity(),
    sourceId: integer('source_id').notNull(),
    file: text('file').notNull(),
    /** Where the claimed file lies, relative to the source's folder. */
    path: text('path').notNull(),
    fileSha256: text('file_sha256').notNull(),
    /** sha256 over everything beside the bytes that decides what they mean: the source's csv settings, the zone, the products. */
    reading: text('reading').notNull().default(''),
    /** sha256 over the canonical rows in key order: equal content, equal digest, whatever the order of lines. */
    digest: text('digest'),
    evidence: text('evidence').notNull(),
    full: boolean('full').notNull().default(true),
    /** The writer's own number of the file, from its manifest. */
    sequence: id('sequence'),
    /** When the file was last written, by the clock of its file system. */
    modifiedAt: instant('modified_at'),
    /** A trigger file stood beside it. */
    triggered: boolean('triggered').notNull().default(false),
    state: text('state').notNull(),
    rows: integer('rows').notNull().default(0),
    people: integer('people').notNull().default(0),
    errors: integer('errors').notNull().default(0),
    missing: integer('missing').notNull().default(0),
    layout: jsonb('layout'),
    /** Display names of the groups it mentions, by id. */
    groups: jsonb('groups').notNull().default({}),
    findings: jsonb('findings').notNull().default([]),
    change: id('change'),
    at: instant('at').notNull(),
    /** The first of the two administrators who let a refused one in. */
    consent: jsonb('consent'),
    decidedBy: text('decided_by'),
    decidedAt: instant('decided_at'),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index('snapshots_source').on(table.organizationId, table.sourceId, table.id),
    uniqueIndex('snapshots_path').on(table.organizationId, table.sourceId, table.path),
    index('snapshots_stopped').on(table.at).where(sql`state in ('held', 'refused')`),
  ],
)

/** Rows of a snapshot that nobody has admitted yet: the columns of `directory_users`, by line instead of by person. */
export const stagedRows = pgTable(
  'staged_rows',
  {
    organizationId: organizationId(),
    snapshotId: id('snapshot_id').notNull(),
    line: integer('line').notNull(),
    action: text('action').notNull(),
    anchor: text('anchor').notNull(),
    anchorKey: keyText('anchor_key').notNull(),
    email: text('email').notNull(),
    emailKey: keyText('email_key').notNull(),
    userName: text('user_name'),
    userNameKey: keyText('user_name_key'),
    firstName: text('first_name'),
    lastName: text('last_name'),
    displayName: text('display_name'),
    language: text('language'),
    status: text('status').notNull(),
    startAt: instant('start_at'),
    role: text('role'),
    groups: text('groups').array().notNull(),
    products: jsonb('products').notNull(),
    expiresAt: instant('expires_at'),
    seatPriority: integer('seat_priority'),
    attributes: jsonb('attributes').notNull(),
    hash: bytes('hash').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.snapshotId, table.line] })],
)

/** Rows that could not be read; kept for the failure file, and because a person whose row is in error is never absent. */
export const rowErrors = pgTable(
  'row_errors',
  {
    organizationId: organizationId(),
    snapshotId: id('snapshot_id').notNull(),
    line: integer('line').notNull(),
    code: text('code').notNull(),
    params: jsonb('params').notNull(),
    cells: text('cells').array().notNull(),
    anchorKey: keyText('anchor_key'),
    emailKey: keyText('email_key'),
    userNameKey: keyText('user_name_key'),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.snapshotId, table.line] })],
)

export const people = pgTable(
  'people',
  {
    organizationId: organizationId(),
    id: id().notNull(),
    mergedInto: id('merged_into'),
    fromChange: from(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.id] })],
)

export const personLinks = pgTable(
  'person_links',
  {
    organizationId: organizationId(),
    sourceId: integer('source_id').notNull(),
    anchorKey: keyText('anchor_key').notNull(),
    anchor: text('anchor').notNull(),
    personId: id('person_id').notNull(),
    state: text('state').notNull(),
    since: instant('since').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.sourceId, table.anchorKey] }),
    index('person_links_person').on(table.organizationId, table.personId),
  ],
)

export const directoryGroups = pgTable(
  'directory_groups',
  {
    organizationId: organizationId(),
    sourceId: integer('source_id').notNull(),
    id: keyText('id').notNull(),
    name: text('name').notNull(),
    fromChange: from(),
    toChange: to(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.sourceId, table.id, table.fromChange] })],
)

export const directoryUsers = pgTable(
  'directory_users',
  {
    organizationId: organizationId(),
    sourceId: integer('source_id').notNull(),
    anchorKey: keyText('anchor_key').notNull(),
    fromChange: from(),
    toChange: to(),
    personId: id('person_id').notNull(),
    anchor: text('anchor').notNull(),
    email: text('email').notNull(),
    emailKey: keyText('email_key').notNull(),
    userName: text('user_name'),
    userNameKey: keyText('user_name_key'),
    firstName: text('first_name'),
    lastName: text('last_name'),
    displayName: text('display_name'),
    language: text('language'),
    status: text('status').notNull(),
    startAt: instant('start_at'),
    role: text('role'),
    /** Ids of directory groups; the membership stands with its member. */
    groups: text('groups').array().notNull(),
    products: jsonb('products').notNull(),
    expiresAt: instant('expires_at'),
    seatPriority: integer('seat_priority'),
    attributes: jsonb('attributes').notNull(),
    hash: bytes('hash').notNull(),
    snapshotId: id('snapshot_id'),
    line: integer('line'),
  },
  (table) => [
    // Begins with the person, whose rows are asked for far more often than the versions of one anchor.
    primaryKey({
      columns: [table.organizationId, table.personId, table.sourceId, table.anchorKey, table.fromChange],
    }),
    uniqueIndex('directory_users_live')
      .on(table.organizationId, table.sourceId, table.anchorKey)
      .where(sql`to_change is null`),
    index('directory_users_email').on(table.organizationId, table.emailKey).where(sql`to_change is null`),
    index('directory_users_user_name')
      .on(table.organizationId, table.userNameKey)
      .where(sql`to_change is null and user_name_key is not null`),
  ],
)

/** People whose directory rows, rules or links changed since their desired state was last evaluated. */
export const dirtyPeople = pgTable(
  'dirty_people',
  { organizationId: organizationId(), personId: id('person_id').notNull() },
  (table) => [primaryKey({ columns: [table.organizationId, table.personId] })],
)

// ── desired: what follows from it ───────────────────────────────────────────────────────────────────────────────────

export const claims = pgTable(
  'claims',
  {
    organizationId: organizationId(),
    personId: id('person_id').notNull(),
    sourceId: integer('source_id').notNull(),
    fromChange: from(),
    toChange: to(),
    status: text('status').notNull(),
    role: text('role').notNull(),
    startAt: instant('start_at'),
    rule: keyText('rule').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.personId, table.sourceId, table.fromChange] }),
    uniqueIndex('claims_live').on(table.organizationId, table.personId, table.sourceId).where(sql`to_change is null`),
  ],
)

export const grants = pgTable(
  'grants',
  {
    organizationId: organizationId(),
    personId: id('person_id').notNull(),
    productId: integer('product_id').notNull(),
    sourceId: integer('source_id').notNull(),
    rule: keyText('rule').notNull(),
    fromChange: from(),
    toChange: to(),
    priority: integer('priority').notNull(),
    seatPriority: integer('seat_priority').notNull(),
    expiresAt: instant('expires_at'),
  },
  (table) => [
    primaryKey({
      columns: [table.organizationId, table.personId, table.productId, table.sourceId, table.rule, table.fromChange],
    }),
    uniqueIndex('grants_live')
      .on(table.organizationId, table.personId, table.productId, table.sourceId, table.rule)
      .where(sql`to_change is null`),
  ],
)

/** One row a person: what all sources together want, so that drift is a plain comparison with `members`. */
export const desiredMembers = pgTable(
  'desired_members',
  {
    organizationId: organizationId(),
    personId: id('person_id').notNull(),
    wanted: boolean('wanted').notNull(),
    status: text('status').notNull(),
    leaver: boolean('leaver').notNull(),
    role: text('role').notNull(),
    startAt: instant('start_at'),
    protected: boolean('protected').notNull(),
    email: text('email'),
    emailKey: keyText('email_key'),
    userName: text('user_name'),
    userNameKey: keyText('user_name_key'),
    firstName: text('first_name'),
    lastName: text('last_name'),
    displayName: text('display_name'),
    language: text('language'),
    profileSourceId: integer('profile_source_id'),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.personId] })],
)

export const waits = pgTable(
  'waits',
  {
    organizationId: organizationId(),
    personId: id('person_id').notNull(),
    productId: integer('product_id').notNull().default(0),
    kind: text('kind').notNull(),
    since: instant('since').notNull(),
    until: instant('until'),
    planId: id('plan_id'),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.personId, table.productId, table.kind] }),
    index('waits_kind').on(table.organizationId, table.kind, table.productId, table.since),
  ],
)

/**
 * What the clock has found due and asked to be planned, and when it asks again: a wait whose item fails each time must not make a
 * plan a minute. A seat is one row a product (person 0), whoever waits for it.
 */
export const dueTries = pgTable(
  'due_tries',
  {
    organizationId: organizationId(),
    kind: text('kind').notNull(),
    personId: id('person_id').notNull(),
    productId: integer('product_id').notNull(),
    tries: integer('tries').notNull(),
    againAt: instant('again_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.kind, table.personId, table.productId] })],
)

export const decisions = pgTable(
  'decisions',
  {
    organizationId: organizationId(),
    id: id().notNull().generatedAlwaysAsIdentity(),
    kind: text('kind').notNull(),
    /** The newcomer, or the member who is gone, whom the question is about; at most one open question of a kind each. */
    personId: id('person_id').notNull(),
    candidates: jsonb('candidates').notNull(),
    evidence: jsonb('evidence').notNull(),
    state: text('state').notNull(),
    choice: text('choice'),
    targetId: id('target_id'),
    at: instant('at').notNull(),
    decidedBy: text('decided_by'),
    decidedAt: instant('decided_at'),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex('decisions_person').on(table.organizationId, table.personId, table.kind),
  ],
)

// ── current: the organization that rosterd keeps ────────────────────────────────────────────────────────────────────

export const members = pgTable(
  'members',
  {
    organizationId: organizationId(),
    personId: id('person_id').notNull(),
    id: id().notNull(),
    state: text('state').notNull(),
    role: text('role').notNull(),
    email: text('email').notNull(),
    emailKey: keyText('email_key').notNull(),
    userName: text('user_name'),
    userNameKey: keyText('user_name_key'),
    firstName: text('first_name'),
    lastName: text('last_name'),
    displayName: text('display_name'),
    language: text('language'),
    version: integer('version').notNull().default(1),
    invitedAt: instant('invited_at').notNull(),
    acceptedAt: instant('accepted_at'),
    suspendedAt: instant('suspended_at'),
    removedAt: instant('removed_at'),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.personId] }),
    uniqueIndex('members_id').on(table.organizationId, table.id),
    uniqueIndex('members_email').on(table.organizationId, table.emailKey).where(sql`state <> 'removed'`),
    uniqueIndex('members_user_name').on(table.organizationId, table.userNameKey).where(sql`state <> 'removed'`),
    // Every plan asks for the few administrators among many members.
    index('members_administrators').on(table.organizationId, table.personId).where(sql`role <> 'member'`),
  ],
)

export const assignments = pgTable(
  'assignments',
  {
    organizationId: organizationId(),
    personId: id('person_id').notNull(),
    productId: integer('product_id').notNull(),
    id: id().notNull().default(sql`nextval('assignment_ids')`),
    expiresAt: instant('expires_at'),
    version: integer('version').notNull().default(1),
    since: instant('since').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.personId, table.productId] }),
    uniqueIndex('assignments_id').on(table.organizationId, table.id),
    index('assignments_product').on(table.organizationId, table.productId),
    index('assignments_expiry').on(table.organizationId, table.expiresAt).where(sql`expires_at is not null`),
  ],
)

// ── plans ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export const plans = pgTable(
  'plans',
  {
    organizationId: organizationId(),
    id: id().notNull().generatedAlwaysAsIdentity(),
    /** Plans of one proposal share it: at most a free one (a policy approves it) and a waiting one. */
    proposalId: id('proposal_id').notNull(),
    lane: text('lane').notNull(),
    part: text('part').notNull(),
    state: text('state').notNull(),
    hash: text('hash').notNull(),
    header: jsonb('header').notNull(),
    headline: text('headline').notNull(),
    counts: jsonb('counts').notNull(),
    seats: jsonb('seats').notNull().default([]),
    sourceIds: integer('source_ids').array().notNull(),
    findings: jsonb('findings').notNull(),
    items: integer('items').notNull(),
    revision: id('revision').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    approvedBy: text('approved_by'),
    approvedAt: instant('approved_at'),
    approvedHash: text('approved_hash'),
    override: jsonb('override'),
    closedReason: text('closed_reason'),
    supersededBy: id('superseded_by'),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
    quiet: boolean('quiet').notNull().default(false),
    /** The first of the two administrators who let through what guards refused. */
    consent: jsonb('consent'),
    /** What a person asked for, and the rows that they gave; both null for what sync made. */
    operation: jsonb('operation'),
    snapshotId: id('snapshot_id'),
    leftOut: integer('left_out').notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    index('plans_state').on(table.organizationId, table.state, table.lane),
  ],
)

export const planItems = pgTable(
  'plan_items',
  {
    organizationId: organizationId(),
    planId: id('plan_id').notNull(),
    number: integer('number').notNull(),
    wave: smallint('wave').notNull(),
    kind: text('kind').notNull(),
    effect: text('effect').notNull(),
    personId: id('person_id').notNull(),
    productId: integer('product_id'),
    fromPersonId: id('from_person_id'),
    subjectKey: keyText('subject_key').notNull(),
    subjectEmail: text('subject_email').notNull(),
    subjectName: text('subject_name'),
    before: jsonb('before'),
    after: jsonb('after'),
    reason: jsonb('reason').notNull(),
    sourceIds: integer('source_ids').array().notNull(),
    evidence: jsonb('evidence'),
    precondition: jsonb('precondition').notNull(),
    predicted: text('predicted').notNull(),
    /** Why it is predicted not to succeed: a code of the failure reasons with its values. */
    foreseen: jsonb('foreseen'),
    /** A reviewer left it out: it is kept to be seen, and neither hashed nor applied. */
    excluded: boolean('excluded').notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.planId, table.number] }),
    index('plan_items_person').on(table.organizationId, table.personId, table.planId),
  ],
)

/** What became of an item. Written once, in the transaction that did it. */
export const outcomes = pgTable(
  'outcomes',
  {
    organizationId: organizationId(),
    planId: id('plan_id').notNull(),
    number: integer('number').notNull(),
    state: text('state').notNull(),
    code: text('code'),
    params: jsonb('params').notNull(),
    at: instant('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.planId, table.number] })],
)

/** What was applied of each kind that guards count, by the hour, so that many small portions are seen as one large one. */
export const appliedAmounts = pgTable(
  'applied_amounts',
  {
    organizationId: organizationId(),
    hour: instant('hour').notNull(),
    kind: text('kind').notNull(),
    /** 0 where the kind has no product. */
    productId: integer('product_id').notNull().default(0),
    count: integer('count').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.hour, table.kind, table.productId] })],
)

/** One plan runs at a time in each lane. Every batch names the token, so that a worker that was taken over writes nothing. */
export const lanes = pgTable(
  'lanes',
  {
    organizationId: organizationId(),
    lane: text('lane').notNull(),
    planId: id('plan_id'),
    token: id('token').notNull().default(0),
    until: instant('until').notNull(),
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.lane] })],
)

// ── letters ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export const letters = pgTable(
  'letters',
  {
    organizationId: organizationId(),
    id: id().notNull().generatedAlwaysAsIdentity(),
    audience: text('audience').notNull(),
    event: text('event').notNull(),
    /** 0 where the letter is about none. */
    planId: id('plan_id').notNull().default(0),
    snapshotId: id('snapshot_id').notNull().default(0),
    tokenId: id('token_id').notNull().default(0),
    decisionId: id('decision_id').notNull().default(0),
    personId: id('person_id').notNull().default(0),
    address: text('address').notNull(),
    addressKey: keyText('address_key').notNull(),
    state: text('state').notNull(),
    attempt: integer('attempt').notNull().default(0),
    dueAt: instant('due_at').notNull(),
    takenBy: text('taken_by'),
    takenAt: instant('taken_at'),
    messageId: text('message_id'),
    error: text('error'),
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.id] }),
    uniqueIndex('letters_member')
      .on(table.organizationId, table.planId, table.personId, table.addressKey)
      .where(sql`audience = 'member'`),
    uniqueIndex('letters_administrator')
      .on(
        table.organizationId,
        table.event,
        table.addressKey,
        table.planId,
        table.snapshotId,
        table.tokenId,
        table.decisionId,
      )
      .where(sql`audience = 'administrator'`),
    // Letters to administrators first, however many members have some coming.
    index('letters_due').on(table.state, table.audience, table.dueAt, table.id),
  ],
)
