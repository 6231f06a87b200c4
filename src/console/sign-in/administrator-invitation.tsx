/** Inviting an administrator: an address, a role, and what each role may do. */

import { useAddress } from '../here.ts'
import { Field, Form, Select } from '../parts/form.tsx'
import { ROLE_OPTIONS } from './administrator-columns.tsx'

export function Invitation({ wrong }: { wrong: { email: string; role: string; mistake: string } | undefined }) {
  const at = useAddress()
  return (
    <Form to={at('/administrators/invite')} kind="card invitation">
      <h2>Invite an administrator</h2>
      <div class="in-line">
        <Field id="invite-email" label="E-mail" mistake={wrong?.mistake}>
          <input
            id="invite-email"
            name="email"
            type="email"
            required
            value={wrong?.email ?? ''}
            {...(wrong === undefined ? {} : { 'aria-describedby': 'invite-email-mistake', 'aria-invalid': 'true' })}
          />
        </Field>
        <Field id="invite-role" label="Role">
          <Select id="invite-role" name="role" value={wrong?.role ?? 'viewer'} options={ROLE_OPTIONS} />
        </Field>
        <button type="submit" class="primary">
          Send invitation
        </button>
      </div>
      <p class="hint">
        They get a letter with a link that lets them in once, within seven days. A <strong>viewer</strong> looks at
        everything, an <strong>operator</strong> also starts and approves plans, an <strong>admin</strong> may do
        everything.
      </p>
    </Form>
  )
}
