/** A source that is not there yet: what to write into the configuration file, and what follows. */
import { listProducts } from '../../store/organizations.ts'
import type { Door } from '../door.ts'
import { useAddress } from '../here.ts'
import { page } from '../route.ts'
import { placeOf } from '../settings/configured.tsx'
import { KIND_NAMES, SOURCE_KINDS, type SourceKind, yamlOfSource } from './sources-yaml.ts'

export function newSourceRoutes(door: Door): void {
  page(door, { path: '/sources/new', role: 'viewer' }, async ({ parts, organization, query }) => {
    const kind = SOURCE_KINDS.find((one) => one === query.get('kind')) ?? 'okta'
    const product = (await listProducts(parts.sql, organization.id)).find(({ retired }) => !retired)?.key ?? null
    return {
      title: 'Connect a source',
      place: 'sources',
      crumbs: [['Sources', '/sources']],
      lead: 'Sources stand in the configuration file, so that nobody can point people at another one by a click.',
      body: (
        <NewSource
          kind={kind}
          yaml={yamlOfSource(kind, organization.key, product)}
          place={placeOf(door, organization.key, 'sources')}
        />
      ),
    }
  })
}

function NewSource({ kind, yaml, place }: { kind: SourceKind; yaml: string; place: string }) {
  const at = useAddress()
  return (
    <>
      <nav class="tabs" aria-label="Kinds of sources">
        <ul>
          {SOURCE_KINDS.map((one) => (
            <li>
              <a href={at(`/sources/new?kind=${one}`)} {...(one === kind ? { 'aria-current': 'page' } : {})}>
                {KIND_NAMES[one]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <ol class="numbered-steps">
        <li class="card">
          <h2>Write it down</h2>
          <p class="hint">{`Put this into ${place}, beside what stands there already. The key is yours to choose.`}</p>
          <pre tabindex={0}>{yaml}</pre>
        </li>
        <li class="card">
          <h2>Have it read</h2>
          <p class="hint">
            <code>rosterd config check</code> names mistakes by their lines. A restart, or the signal SIGHUP, takes it
            over.
          </p>
        </li>
        <li class="card">
          <h2>Set it up here</h2>
          <p class="hint">
            {kind === 'csv'
              ? 'The source then stands in the list: its page says where files go and what they have to look like, and shows what the first one would do.'
              : 'The source then stands in the list: its page makes the token, counts who has come, and shows what would happen before anything does.'}{' '}
            Nothing of a new source is applied before you say so.
          </p>
          <a class="button" href={at('/sources')}>
            See the sources
          </a>
        </li>
      </ol>
    </>
  )
}
