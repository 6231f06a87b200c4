/**
 * Letters to the organization's administrators: the numbers stand in the subject, the letter says why and what to type.
 * The link only shows the plan: nothing here acts without signing in, since mail scanners follow links.
 */
import { count, number } from '../reconcile/amount.ts'
import { personText } from '../reconcile/describe.ts'
import { headlineAfter } from '../reconcile/headline.ts'
import { showId } from '../reconcile/identifiers.ts'
import type {
  AdminEvent,
  AdministratorInvited,
  DecisionWaits,
  NamedItem,
  PlanFinished,
  PlanForReview,
  SnapshotStopped,
  SourceSilent,
  TokenEnds,
} from '../reconcile/letter.ts'
import type { AdministratorRole } from '../reconcile/roles.ts'
import { type Block, type Letter, plain, setLetter } from './paper.ts'
import { enumerate, itemsInWords, momentInWords, nounOf, peopleInWords, titleOf, totalOf } from './wording.ts'

interface Context {
  organization: string
  zone: string
  baseUrl: string
}

/** The letter to one administrator. */
export function adminLetter(event: AdminEvent, organization: { name: string; zone: string }, baseUrl: string): Letter {
  const context = { organization: plain(organization.name), zone: organization.zone, baseUrl }
  switch (event.kind) {
    case 'plan_waits':
    case 'plan_held':
    case 'plan_still_waits':
    case 'plan_expires':
      return forReview(event, context)
    case 'plan_completed':
    case 'plan_partially_failed':
      return finished(event, context)
    case 'snapshot_held':
    case 'snapshot_refused':
      return stopped(event, context)
    case 'source_silent':
      return silent(event, context)
    case 'token_ends_soon':
    case 'token_ends':
      return tokenEnds(event, context)
    case 'administrator_invited':
      return invited(event, context)
    case 'decision_waits':
      return decisionWaits(event, context)
  }
}

function forReview(event: PlanForReview, context: Context): Letter {
  const total = totalOf(event.counts)
  const items = itemsInWords(event.counts, 3)
  const verb = total === 1 ? 'waits' : 'wait'
  const what = {
    plan_waits: `${items} ${verb} for you`,
    plan_held: `${items} held for a decision`,
    plan_still_waits: `${items} still ${verb} for you`,
    plan_expires: `last day to decide on ${items}`,
  }[event.kind]
  return setLetter(planSubject(context, what, event), [
    { paragraph: plain(event.headline, 1000) },
    {
      paragraph: `Plan ${showId('pln', event.planId)}: ${itemsInWords(event.counts)}. 0 of ${number(total)} have been applied.`,
    },
    ...listed(event.kind === 'plan_held' ? 'Why it is held:' : 'What to look at:', event.guards),
    ...people(event.people, total),
    { paragraph: `Look at it first: rosterd show ${showId('pln', event.planId)}. If it is right, type:` },
    { command: plain(event.command, 500) },
    ...expiry(event.expiresAt, context.zone, 'If nobody decides, the plan expires on'),
    planLink(event.planId, context),
    signature(context),
  ])
}

function finished(event: PlanFinished, context: Context): Letter {
  const { succeeded, failed, waiting, skipped } = event.outcomes
  const numbers = [`applied ${number(succeeded)}`, `failed ${number(failed)}`, `waiting ${number(waiting)}`]
  if (skipped > 0) numbers.push(`skipped ${number(skipped)}`)
  if (event.verb !== null) numbers.splice(0, numbers.length, peopleInWords(event.verb, event.people))
  const unread = count(event.unreadRows, 'row', 'rows')
  if (event.unreadRows > 0) numbers.push(`${unread} not read`)
  const total = succeeded + failed + waiting + skipped
  return setLetter(planSubject(context, numbers.join(', '), event), [
    { paragraph: plain(headlineAfter(event.headline), 1000) },
    {
      paragraph: `Plan ${showId('pln', event.planId)} has ended. Of ${count(total, 'item', 'items')}, ${enumerate([
        `${number(succeeded)} ${succeeded === 1 ? 'was' : 'were'} applied`,
        `${number(failed)} failed`,
        `${number(waiting)} ${waiting === 1 ? 'waits' : 'wait'}`,
        `${number(skipped)} ${skipped === 1 ? 'was' : 'were'} skipped`,
      ])}.`,
    },
    ...(event.unreadRows === 0
      ? []
      : [
          {
            paragraph: `${unread} of the ${event.sources.length > 1 ? 'files' : 'file'} could not be read and never became an item: whoever they name is left as they are.`,
          },
        ]),
    ...listed(
      'Why items failed, and what to do:',
      event.failures.map(
        // The sentence is that of the first of them: it may name one person.
        ({ count, message, nextStep }) =>
          `${count === 1 ? '' : `${number(count)} ×, such as: `}${plain(message, 500)} ${plain(nextStep, 500)}`,
      ),
    ),
    ...(event.command === null ? [] : [{ paragraph: 'For the list, type:' }, { command: plain(event.command, 500) }]),
    planLink(event.planId, context),
    signature(context),
  ])
}

function stopped(event: SnapshotStopped, context: Context): Letter {
  const rows = count(event.rows, 'row', 'rows')
  const [word, who] =
    event.kind === 'snapshot_held'
      ? ['held', 'type']
      : ['refused', 'two administrators with different e-mail addresses have to type']
  const file = event.file === null ? 'The newest data' : `The file ${plain(event.file)}`
  return setLetter(subject(context, `${rows} ${word}, nothing was changed`, [event.source]), [
    { paragraph: plain(event.headline, 1000) },
    {
      paragraph: `${file} of ${plain(event.source)} with ${rows} was ${word} (${showId('snp', event.snapshotId)}). Nothing of it was used: nobody was invited or removed, and no licence changed.`,
    },
    ...listed('Why:', event.guards),
    ...(event.command === null
      ? [{ paragraph: 'Correct the data at its origin and deliver it again.' }]
      : [
          { paragraph: `If the data is wrong, correct it and deliver it again. If it is right, ${who}:` },
          { command: plain(event.command, 500) },
        ]),
    ...expiry(event.command === null ? null : event.expiresAt, context.zone, 'If nobody decides, it is set aside on'),
    signature(context),
  ])
}

/** A missing file is never an empty file, and the letter says so before anybody worries. */
function silent(event: SourceSilent, context: Context): Letter {
  const since = momentInWords(event.since, context.zone)
  return setLetter(subject(context, `no file since ${since}`, [event.source]), [
    {
      paragraph: `No file of ${plain(event.source)} has come since ${since}. That is longer than it usually takes. The last one was ${plain(event.file)}.`,
    },
    { paragraph: 'Nothing was changed because of it: a file that is missing is never taken for an empty one.' },
    {
      paragraph:
        'Look whether the export still runs, and whether it reaches the folder. Files that came and were not read are named in the log of rosterd and in the status folder beside it. When the source was last heard, type:',
    },
    { command: 'rosterd sources' },
    {
      paragraph:
        'This letter comes once; the next file ends the silence. How long is too long: silent_after of the source.',
    },
    signature(context),
  ])
}

/** An identity provider whose token has ended is answered 401, and nothing it does arrives here any more. */
function tokenEnds(event: TokenEnds, context: Context): Letter {
  const source = plain(event.source.name)
  const end = momentInWords(event.expiresAt, context.zone)
  const used =
    event.lastUsedAt === null
      ? 'It was never used.'
      : `It was last used ${momentInWords(event.lastUsedAt, context.zone)}.`
  const what = event.revoked ? `the token of ${source} is revoked` : `the token of ${source} ends on ${end}`
  return setLetter(subject(context, what, []), [
    {
      paragraph: `The token ${showId('tok', event.tokenId)} (${plain(event.hint)}) of the source ${source} ends on ${end}. Its identity provider comes in with it. ${used}`,
    },
    { paragraph: whatFollows(event, source) },
    { paragraph: 'To replace it without an interruption, make a second one:' },
    {
      command: `rosterd token create --organization ${plain(event.organizationKey)} --source ${plain(event.source.key)}`,
    },
    {
      paragraph:
        'Paste it into the identity provider in the place of the old one (Okta: Provisioning, Integration, API Token or HTTP Header; Entra ID: Provisioning, Admin Credentials, Secret Token) and test the connection there. When that is done, end the old one:',
    },
    { command: `rosterd token revoke ${showId('tok', event.tokenId)}` },
    signature(context),
  ])
}

function whatFollows({ revoked, others }: TokenEnds, source: string): string {
  if (revoked) return 'It was revoked meanwhile, so nothing is to be done for it.'
  if (others === 0)
    return `No other token of ${source} lasts longer: from then on its requests are refused with 401, and nothing that changes there arrives here until it has a new one. What was applied stays as it is.`
  const last = others === 1 ? '1 other token lasts' : `${number(others)} other tokens last`
  return `${last} longer. If the identity provider uses ${others === 1 ? 'it' : 'one of them'} already, nothing is to be done.`
}

/** Nobody loses access by mistake, and nobody keeps it unseen. */
function decisionWaits({ questions, open }: DecisionWaits, context: Context): Letter {
  const [only] = questions
  const who = open === 1 && only !== undefined ? plain(only.email) : count(open, 'person', 'people')
  if (only === undefined) {
    const done = 'A question about the access of somebody who is gone was answered meanwhile; nothing is to be done.'
    return setLetter(subject(context, 'the question is answered', []), [{ paragraph: done }, signature(context)])
  }
  const more = open - questions.length
  return setLetter(subject(context, `${who} left; you decide about their access`, []), [
    {
      paragraph: `Until somebody decides, ${open === 1 ? 'this person keeps' : 'these people keep'} all access and all products:`,
    },
    {
      list: [
        ...questions.map(({ decisionId, why }) => `${showId('dec', decisionId)}: ${plain(why, 1000)}`),
        ...(more > 0 ? [`and ${count(more, 'more question', 'more questions')}`] : []),
      ],
    },
    {
      paragraph: `If the access of ${plain(only.email)} is to end, as it would for anybody else (this needs the role admin), type:`,
    },
    { command: `rosterd decide ${showId('dec', only.decisionId)} end_access` },
    { paragraph: `If ${plain(only.email)} is to keep it, type:` },
    { command: `rosterd decide ${showId('dec', only.decisionId)} keep` },
    { paragraph: 'Every open question, with what to type:' },
    { command: 'rosterd decisions' },
    signature(context),
  ])
}

const MAY: Record<AdministratorRole, string> = {
  viewer: 'look at everything',
  operator: 'look at everything, start plans and approve them',
  admin: 'do everything, override limits and invite others',
}

/** The only letter with a link that lets somebody in; it shows a button, so that mail scanners use nothing up. */
function invited({ invitation }: AdministratorInvited, context: Context): Letter {
  if (invitation === null) {
    const over = `An invitation to administer ${context.organization} was taken back, or another letter has come after it. Nothing is to be done.`
    return setLetter(subject(context, 'an invitation is over', []), [{ paragraph: over }, signature(context)])
  }
  const { role, by, secret, expiresAt } = invitation
  return setLetter(subject(context, 'you are invited as an administrator', []), [
    {
      paragraph: `${plain(by)} made you an administrator of ${context.organization} in rosterd, which keeps its members and product licences in step with its directory. You may ${MAY[role]}.`,
    },
    { paragraph: `The link lets you in once, until ${momentInWords(expiresAt, context.zone)}. Keep it to yourself.` },
    { link: `${context.baseUrl}/sign-in?link=${secret}`, label: 'Sign in to rosterd' },
    { paragraph: `If you do not know why you get this, ask ${plain(by)}.` },
    signature(context),
  ])
}

function subject(context: Context, what: string, sources: string[]): string {
  const from = sources.length === 0 ? '' : ` – ${sources.map((source) => plain(source, 60)).join(', ')}`
  return `[rosterd] ${context.organization}: ${what}${from}`
}

/** Of what a person asked for, the verb says it; of what sources caused, their names. */
const planSubject = (context: Context, what: string, { verb, sources }: PlanForReview | PlanFinished): string =>
  verb === null ? subject(context, what, sources) : subject(context, `${titleOf(verb)}: ${what}`, [])

function people(items: NamedItem[], total: number): Block[] {
  if (items.length === 0) return []
  const lines = items.slice(0, 10).map((item) => {
    return `${plain(personText(item))}: ${nounOf(item.kind)}${item.product === null ? '' : ` of ${plain(item.product)}`}`
  })
  const left = total - lines.length
  if (left > 0) lines.push(`and ${count(left, 'more item', 'more items')}`)
  return [{ paragraph: 'Who is in it:' }, { list: lines }]
}

const listed = (title: string, sentences: string[]): Block[] =>
  sentences.length === 0 ? [] : [{ paragraph: title }, { list: sentences.map((entry) => plain(entry, 1000)) }]

const expiry = (at: string | null, zone: string, before: string): Block[] =>
  at === null ? [] : [{ paragraph: `${before} ${momentInWords(at, zone)}.` }]

const planLink = (planId: number, context: Context): Block => ({
  link: `${context.baseUrl}/plans/${showId('pln', planId)}`,
  label: `Show plan ${showId('pln', planId)}`,
})

const signature = (context: Context): Block => ({
  paragraph: `Sent by rosterd to the administrators of ${context.organization}.`,
})
