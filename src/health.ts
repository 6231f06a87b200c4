/**
 * What rosterd needs from the machine around it (its database, disk, drop folders, configuration), and which of it is in trouble.
 * A trouble is said once in the log when it comes and once when it is over, however often it is met in between.
 */
import type { Logger } from 'pino'

export interface Trouble {
  /** What kind it is; another kind in the same component is news. */
  code: string
  /** One sentence. */
  why: string
  /** What to do, as one sentence. */
  next: string
}

/** One thing that rosterd needs, as /readyz shows it. */
export interface Component {
  name: string
  state: 'ok' | 'trouble'
  why?: string
  /** ISO instant. */
  since?: string
  next?: string
}

export class Health {
  readonly #log: Logger
  readonly #now: () => Date
  readonly #components = new Map<string, (Trouble & { since: Date }) | null>()

  constructor(log: Logger, now: () => Date = () => new Date()) {
    this.#log = log
    this.#now = now
  }

  /** Says that a component is in trouble; it may be said again and again. */
  trouble(name: string, trouble: Trouble): void {
    const known = this.#components.get(name) ?? null
    this.#components.set(name, { ...trouble, since: known?.since ?? this.#now() })
    if (known?.code === trouble.code) return
    const { code, why, next } = trouble
    this.#log.error({ event: 'component.trouble', component: name, code, next }, why)
  }

  /** Says that a component is as it should be. */
  fine(name: string): void {
    const known = this.#components.get(name) ?? null
    this.#components.set(name, null)
    if (known === null) return
    const seconds = Math.round((this.#now().getTime() - known.since.getTime()) / 1000)
    this.#log.info({ event: 'component.fine', component: name, seconds }, `${name}: this trouble is over: ${known.why}`)
  }

  /** Forgets components that are not needed any more. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of this.#components.keys()) if (!names.has(name)) this.#components.delete(name)
  }

  /** The code of the trouble of a component; null where there is none. */
  troubleOf(name: string): string | null {
    return this.#components.get(name)?.code ?? null
  }

  /** All components that were looked at, in the order of their names. */
  components(): Component[] {
    return [...this.#components]
      .map(
        ([name, trouble]): Component =>
          trouble === null
            ? { name, state: 'ok' }
            : { name, state: 'trouble', why: trouble.why, since: trouble.since.toISOString(), next: trouble.next },
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }
}
