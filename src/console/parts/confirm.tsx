/** The page before something that cannot simply be taken back: what follows from it, and the two ways on. */
import type { Child, PropsWithChildren } from 'hono/jsx'
import { useAddress } from '../here.ts'
import { Form } from './form.tsx'

/**
 * @param to path below the organization that does it
 * @param does the words on the button that does it
 * @param follows what follows from it, sentence by sentence, the most important first; what is false is left out
 * @param back path below the organization where nothing has happened
 * @param tone of the button: `danger` where something is taken away
 * @param children what goes along with it: hidden fields, or something to fill in
 */
export function Confirm({
  to,
  does,
  follows,
  back,
  tone = 'danger',
  children,
}: PropsWithChildren<{
  to: string
  does: string
  follows: (Child | false)[]
  back: string
  tone?: 'danger' | 'primary'
}>) {
  const at = useAddress()
  return (
    <div class="card narrow">
      <ul class="will">{follows.map((sentence) => sentence !== false && <li>{sentence}</li>)}</ul>
      <Form to={at(to)}>
        {children}
        <div class="buttons">
          <a class="button" href={at(back)}>
            Back
          </a>
          <button type="submit" class={tone}>
            {does}
          </button>
        </div>
      </Form>
    </div>
  )
}
