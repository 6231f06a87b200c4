/** What a route draws: a page without what stands around all of them. */
import type { Child } from 'hono/jsx'

export type Place =
  | 'overview'
  | 'plans'
  | 'people'
  | 'products'
  | 'sources'
  | 'rules'
  | 'guards'
  | 'activity'
  | 'account'

/** A page, without what stands around all of them. */
export interface Screen {
  /** Names the page in the tab and as its heading. */
  title: string
  /** Which entry of the navigation it belongs to. */
  place: Place | null
  /** The way here, from the top: `[['Plans', '/plans']]`, paths below the organization. */
  crumbs?: [name: string, path: string][]
  /** Beside the heading: buttons and menus of the whole page. */
  aside?: Child
  /** Under the heading, one sentence. */
  lead?: Child
  body: Child
  /** HTTP status; 200 when absent, and 422 for a form that is shown again with its mistakes. */
  status?: number
  /** Seconds after which a browser without scripts asks again; of pages that follow something. */
  refresh?: number
}
