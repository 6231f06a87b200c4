/** The form in which a rule is written. */
import type { Child } from 'hono/jsx'
import { useAddress } from '../here.ts'
import { Field, Form } from '../parts/form.tsx'
import { NoPreview, usePreview } from './rule-preview.tsx'
import type { Typed } from './rule-text.ts'
import { rulePath } from './rule-words.ts'

/** @param preview what it would do, where that was asked for without script */
export function Edit({
  typed: { key, text, isNew },
  mistake,
  preview,
}: {
  typed: Typed
  mistake?: string
  preview?: Child
}) {
  const at = useAddress()
  return (
    <div class="card narrow apart">
      <Form to={at(isNew ? '/rules/new' : rulePath(key))}>
        {isNew ? (
          <Field id="key" label="Key" hint="Lower-case letters, digits and dashes; reasons name the rule so.">
            <input id="key" name="key" value={key} required maxlength={64} spellcheck={false} />
          </Field>
        ) : (
          <input type="hidden" name="key" value={key} />
        )}
        {isNew && <input type="hidden" name="new" value="1" />}
        <Field
          id="rule"
          label="The rule"
          hint="As the configuration file writes it: source, when and then. Nothing happens before a plan is approved."
          mistake={mistake}
        >
          <textarea id="rule" name="rule" rows={10} spellcheck={false} class="yaml" required {...usePreview()}>
            {text}
          </textarea>
        </Field>
        {preview ?? <NoPreview />}
        <button type="submit" class="primary">
          {isNew ? 'Add the rule' : 'Save'}
        </button>{' '}
        <button type="submit" formaction={at('/rule-preview')}>
          See what it would do
        </button>{' '}
        <a href={at('/rules')}>Cancel</a>
      </Form>
      {!isNew && (
        <div class="apart">
          <h2>Retire it</h2>
          <p class="hint">What it alone gave is taken away by a plan that waits for you.</p>
          <a class="button danger" href={at(rulePath(key, '/retire'))}>
            {`Retire ${key}…`}
          </a>
        </div>
      )}
    </div>
  )
}
