/** Some of the people whom an identity provider pushed, and its groups. */
import { count, number } from '../../reconcile/amount.ts'
import { MOST_MEMBERS, type PushedGroup, type PushedPerson } from '../../store/mirror-look.ts'
import { Empty, Pill } from '../parts/pill.tsx'
import { type Column, Table } from '../parts/table.tsx'

/** With how many are in it, and the keys of the rules that ask for it. */
export type Group = PushedGroup & { members: number; rules: string[] }

const PERSON: Column<PushedPerson>[] = [
  {
    key: 'person',
    title: 'Person',
    always: true,
    cell: ({ name, userName, id }) => (
      <div class="person">
        <b>{name ?? userName ?? id}</b>
        {name !== null && <span class="beneath">{userName}</span>}
      </div>
    ),
  },
  { key: 'email', title: 'Address', cell: ({ email }) => email ?? <span class="beneath">none</span> },
  { key: 'external', title: 'Id there', cell: ({ externalId }) => externalId ?? <span class="beneath">none</span> },
  { key: 'active', title: 'Active', cell: ({ active }) => (active ? 'yes' : <Pill>deactivated</Pill>) },
]

export function LastPeople({ people }: { people: PushedPerson[] }) {
  return (
    <section aria-labelledby="pushed-people">
      <h2 id="pushed-people" class="over-list">
        The last who came
      </h2>
      <div class="list">
        {people.length === 0 ? (
          <Empty title="Nobody has come yet." />
        ) : (
          <Table id="pushed-people" caption="The last people who came" columns={PERSON} rows={people} />
        )}
      </div>
    </section>
  )
}

const GROUP: Column<Group>[] = [
  { key: 'group', title: 'Group', always: true, cell: ({ name, id }) => <b title={id}>{name}</b> },
  {
    key: 'members',
    title: 'Members',
    number: true,
    cell: ({ members }) => (members > MOST_MEMBERS ? `over ${number(MOST_MEMBERS)}` : number(members)),
  },
  {
    key: 'rules',
    title: 'Named by',
    cell: ({ rules }) => (rules.length === 0 ? <span class="beneath">no rule</span> : rules.join(', ')),
  },
]

export function PushedGroups({ groups, all }: { groups: Group[]; all: number }) {
  return (
    <section aria-labelledby="pushed-groups">
      <h2 id="pushed-groups" class="over-list">
        Groups
      </h2>
      <div class="list">
        {groups.length === 0 ? (
          <Empty title="No group has come yet.">
            <p>Groups are pushed only when the identity provider is told to.</p>
          </Empty>
        ) : (
          <Table id="pushed-groups" caption="Groups that came" columns={GROUP} rows={groups} />
        )}
        {all > groups.length && <p class="list-note">{`and ${count(all - groups.length, 'more group')}`}</p>}
      </div>
    </section>
  )
}
