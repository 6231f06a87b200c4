/** The form of a product. */
import { useAddress } from '../here.ts'
import { Field, Form } from '../parts/form.tsx'
import { pathOf } from './products.tsx'

/** As it was typed: what is wrong with it is said beside it. */
export interface Typed {
  key: string
  name: string
  owned: string
  reserve: string
  aliases: string
}

export interface Mistakes {
  isNew: boolean
  owned?: string
  reserve?: string
  whole?: string
}

export function Edit({ typed, mistakes: { isNew, owned, reserve, whole } }: { typed: Typed; mistakes: Mistakes }) {
  const at = useAddress()
  return (
    <div class="card narrow">
      {whole !== undefined && (
        <p class="notice error" role="alert">
          {whole}
        </p>
      )}
      <Form to={at(isNew ? '/products/new' : pathOf(typed, '/edit'))}>
        {isNew && (
          <Field id="key" label="Key" hint="Lower-case letters, digits and dashes; rules and files name it so.">
            <input id="key" name="key" value={typed.key} required maxlength={64} spellcheck={false} />
          </Field>
        )}
        <Field id="name" label="Name" hint="What people call it.">
          <input id="name" name="name" value={typed.name} required maxlength={200} />
        </Field>
        <Field
          id="owned"
          label="Seats owned"
          hint="Where more people hold it, nobody loses it, and nobody gets it until there is a seat."
          mistake={owned}
        >
          <input id="owned" name="owned" value={typed.owned} inputmode="numeric" required />
        </Field>
        <Field
          id="reserve"
          label="Reserved"
          hint="Seats that sources leave for people who assign by hand."
          mistake={reserve}
        >
          <input id="reserve" name="reserve" value={typed.reserve} inputmode="numeric" />
        </Field>
        <Field id="aliases" label="Other names" hint="Under which files mention it, with commas between.">
          <input id="aliases" name="aliases" value={typed.aliases} />
        </Field>
        <button type="submit" class="primary">
          {isNew ? 'Add the product' : 'Save'}
        </button>{' '}
        <a href={at(isNew ? '/products' : pathOf(typed))}>Cancel</a>
      </Form>
      {!isNew && (
        <div class="apart">
          <h2>Retire it</h2>
          <p class="hint">
            Nobody gets it any more, and nobody loses it. Adding it again under its key brings it back.
          </p>
          <a class="button danger" href={at(pathOf(typed, '/retire'))}>
            {`Retire ${typed.name}…`}
          </a>
        </div>
      )}
    </div>
  )
}
