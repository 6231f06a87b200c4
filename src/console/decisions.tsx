/** Questions that only a person can answer: who a newcomer is, and whether somebody who is gone keeps their access. */
import { z } from 'zod'
import { RosterdError } from '../errors.ts'
import { count } from '../reconcile/amount.ts'
import { personText } from '../reconcile/describe.ts'
import { readId, showId } from '../reconcile/identifiers.ts'
import { type DecisionListRow, type DecisionPerson, listDecisions } from '../store/decision-list.ts'
import { answer } from '../sync/decide.ts'
import { cut, readCursor } from './cursor.ts'
import type { Door } from './door.ts'
import { useAddress, useMay } from './here.ts'
import { Form } from './parts/form.tsx'
import { Ago, Moment } from './parts/moment.tsx'
import { Empty, Pill } from './parts/pill.tsx'
import { Pager } from './parts/table.tsx'
import { Tabs } from './parts/tabs.tsx'
import { type Asked, action, page } from './route.ts'
import type { Screen } from './screen.ts'

const PER_PAGE = 20
const place = z.int().positive()

const TABS: [string, string][] = [
  ['Open', '/decisions'],
  ['Answered', '/decisions/answered'],
]

export function decisionRoutes(door: Door): void {
  page(door, { path: '/decisions', role: 'viewer' }, (asked) => screenOf(asked, 'open'))
  page(door, { path: '/decisions/answered', role: 'viewer' }, (asked) => screenOf(asked, 'decided'))

  action(door, { path: '/decisions/:decision', role: 'operator' }, async (asked) => {
    const { parts, organization, actor, form, param, at } = asked
    const id = readId('dec', param('decision'))
    if (id === null) throw new RosterdError('DECISION_NOT_FOUND', { id: param('decision') })
    // A button says both: `link per_7`, `keep`.
    const [choice = '', whom] = form.text('choice').split(' ')
    const target = whom === undefined ? null : readId('per', whom)
    await answer(parts, organization.id, id, { actor, choice, ...(target === null ? {} : { target }) })
    return { go: at('/decisions'), notice: { kind: 'done', text: 'That is decided. The next plan acts on it.' } }
  })
}

async function screenOf({ parts, organization, query }: Asked, state: DecisionListRow['state']): Promise<Screen> {
  const before = readCursor(place, query.get('after'))
  const found = await listDecisions(parts.sql, organization.id, {
    states: [state],
    id: null,
    before,
    limit: PER_PAGE + 1,
  })
  const { rows, next } = cut(found, PER_PAGE, ({ id }) => id)
  return {
    title: 'Questions',
    place: 'overview',
    crumbs: [['Overview', '/overview']],
    lead: 'Nothing happens with these people before somebody answers.',
    body: (
      <>
        <Tabs label="Questions" tabs={TABS} />
        {rows.length === 0 ? (
          <div class="list">
            <Empty title={state === 'open' ? 'No question is open.' : 'No question was answered yet.'} />
          </div>
        ) : (
          <ul class="questions">
            {rows.map((row) => (
              <Question row={row} />
            ))}
          </ul>
        )}
        <Pager next={next} shown={rows.length === 0 ? '' : count(rows.length, 'question')} />
      </>
    ),
  }
}

export const whoText = ({ name, email }: DecisionPerson): string =>
  personText({ name, email: email ?? 'somebody without an address' })

function Question({ row }: { row: DecisionListRow }) {
  const id = showId('dec', row.id)
  const who = whoText(row.person)
  return (
    <li class="card">
      <h2 id={id}>{row.kind === 'gone' ? `Does ${who} keep their access?` : `Who is ${who}?`}</h2>
      <p>{row.why}</p>
      <p class="beneath">
        {`${id}, asked `}
        <Ago at={row.at} />
      </p>
      {row.candidates.length > 0 && (
        <ul class="lines">
          {row.candidates.map((person) => (
            <li>
              <span>
                <b>{whoText(person)}</b>
                <span class="beneath">{`may be the same person, ${showId('per', person.personId)}`}</span>
              </span>
              {person.memberState !== null && <Pill>{person.memberState}</Pill>}
            </li>
          ))}
        </ul>
      )}
      {row.state === 'open' ? <Answers row={row} id={id} /> : <Answered row={row} />}
    </li>
  )
}

function Answers({ row, id }: { row: DecisionListRow; id: string }) {
  const at = useAddress()
  const may = useMay()
  if (!may('operator')) return null
  return (
    <Form to={at(`/decisions/${id}`)} kind="row-of-buttons">
      {row.kind === 'gone' ? (
        <>
          <Choice value="keep" about={id} text="They keep all access" />
          {may('admin') && (
            <a class="button danger" href={at(`/decisions/${id}/end`)} aria-describedby={id}>
              Their access ends…
            </a>
          )}
        </>
      ) : (
        <>
          {row.candidates.map((person) => (
            <Choice
              value={`link ${showId('per', person.personId)}`}
              about={id}
              text={`The same person as ${person.name ?? person.email ?? showId('per', person.personId)}`}
            />
          ))}
          <Choice value="create_new" about={id} text="Somebody new" />
          <Choice value="ignore" about={id} text="Leave the newcomer out" />
        </>
      )}
    </Form>
  )
}

function Choice({ value, about, text }: { value: string; about: string; text: string }) {
  return (
    <button type="submit" name="choice" value={value} aria-describedby={about}>
      {text}
    </button>
  )
}

const WORDS: Record<string, string> = {
  link: 'the same person',
  create_new: 'somebody new',
  ignore: 'left out',
  end_access: 'their access ends',
  keep: 'they keep all access',
}

function Answered({ row: { choice, decidedBy, decidedAt } }: { row: DecisionListRow }) {
  return (
    <p>
      <Pill tone="good">{WORDS[choice ?? ''] ?? 'answered'}</Pill>
      <span class="beneath">
        {` by ${decidedBy ?? 'nobody'}`}
        {decidedAt !== null && (
          <>
            {', '}
            <Moment at={decidedAt} />
          </>
        )}
      </span>
    </p>
  )
}
