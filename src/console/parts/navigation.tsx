/** The way to every screen, the organizations that are open, and who is signed in. */
import { useAddress, useHere } from '../here.ts'
import type { Place } from '../screen.ts'
import { Form } from './form.tsx'
import { Menu } from './menu.tsx'

/** In the order of the work; an entry without a page is not shown. */
const PLACES: [place: Place, name: string, path: string][] = [
  ['overview', 'Overview', '/overview'],
  ['plans', 'Plans', '/plans'],
  ['people', 'People', ''],
  ['products', 'Products & seats', '/products'],
  ['sources', 'Sources', '/sources'],
  ['rules', 'Rules', '/rules'],
  ['guards', 'Guard rails', '/guards'],
  ['activity', 'Activity', '/activity'],
]

export function Navigation({ place }: { place: Place | null }) {
  const { organization, offers } = useHere()
  const at = useAddress()
  return (
    <header class="top">
      <a class="brand" href="/">
        rosterd
      </a>
      <Organizations />
      {organization !== null && (
        <nav aria-label="Main">
          <ul class="places">
            {PLACES.filter(([, , path]) => offers(path)).map(([key, name, path]) => (
              <li>
                <a href={at(path)} {...(key === place ? { 'aria-current': 'page' } : {})}>
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      )}
      <Who />
    </header>
  )
}

function Organizations() {
  const { organization, organizations } = useHere()
  if (organization === null) return null
  if (organizations.length < 2) return <span class="organization">{organization.name}</span>
  return (
    <Menu label={organization.name} title="Change the organization">
      {organizations.map(({ key, name }) => (
        <a href={`/o/${encodeURIComponent(key)}`}>{name}</a>
      ))}
    </Menu>
  )
}

function Who() {
  const { who, organization, theme } = useHere()
  const at = useAddress()
  if (who === null) return null
  return (
    <div class="who">
      <Menu label={who} title="Your account" end>
        {organization !== null && <p class="menu-note">{`${organization.role} of ${organization.name}`}</p>}
        {organization !== null && <a href={at('/account')}>Where you are signed in</a>}
        {organization !== null && <a href={at('/administrators')}>Administrators</a>}
        <Form to="/theme">
          <button type="submit" name="theme" value="light" aria-pressed={theme === 'light'}>
            Light
          </button>
          <button type="submit" name="theme" value="dark" aria-pressed={theme === 'dark'}>
            Dark
          </button>
          <button type="submit" name="theme" value="system" aria-pressed={theme === null}>
            As the system
          </button>
        </Form>
        <Form to="/sign-out">
          <button type="submit">Sign out</button>
        </Form>
      </Menu>
    </div>
  )
}
