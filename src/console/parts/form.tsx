/** Forms: each carries the token of the session, and is sent once however often it is clicked. */
import type { Child, PropsWithChildren } from 'hono/jsx'
import { useHere } from '../here.ts'

/** @param files whether it carries any */
export function Form({
  to,
  id,
  kind,
  files = false,
  children,
}: PropsWithChildren<{ to: string; id?: string; kind?: string; files?: boolean }>) {
  const { token } = useHere()
  return (
    <form
      method="post"
      action={to}
      data-once
      {...(id === undefined ? {} : { id })}
      {...(kind === undefined ? {} : { class: kind })}
      {...(files ? { enctype: 'multipart/form-data' } : {})}
    >
      <input type="hidden" name="token" value={token} />
      {children}
    </form>
  )
}

/** What the steps before have chosen, sent again with this one. */
export function Carried({ pairs }: { pairs: readonly (readonly [string, string])[] }) {
  return (
    <>
      {pairs.map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
    </>
  )
}

/**
 * A labelled field.
 *
 * @param id of the control that `children` draws
 * @param hint what to write, shown under the label
 * @param mistake what is wrong with what was written; the control should say `aria-describedby={`${id}-mistake`}`
 */
export function Field({
  id,
  label,
  hint,
  mistake,
  children,
}: PropsWithChildren<{ id: string; label: string; hint?: Child; mistake?: string | undefined }>) {
  return (
    <div class={mistake === undefined ? 'field' : 'field wrong'}>
      <label for={id}>{label}</label>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {children}
      {mistake !== undefined && (
        <p class="mistake" id={`${id}-mistake`}>
          {mistake}
        </p>
      )}
    </div>
  )
}

export interface Option {
  value: string
  name: string
}

export function Select({
  id,
  name,
  value,
  options,
  label,
}: {
  id: string
  name: string
  value: string
  options: Option[]
  label?: string
}) {
  return (
    <select id={id} name={name} {...(label === undefined ? {} : { 'aria-label': label })}>
      {options.map((option) => (
        <option value={option.value} selected={option.value === value}>
          {option.name}
        </option>
      ))}
    </select>
  )
}
