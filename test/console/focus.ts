/** Where the focus is, and whether somebody who looks at the page sees it. */
import type { ElementHandle, Page } from 'playwright-core'

export interface Stop {
  /** Whether it is the one that is looked for. */
  there: boolean
  /** What has the focus, for people; empty at the end of the page, where browsers leave it. */
  name: string
  /** Why somebody would not see it; null where they do. */
  unseen: string | null
}

/**
 * Looks at what has the focus: it has an outline or a shadow around it, lies within the window, and nothing lies over it
 * (WCAG 2.4.7 and 2.4.11).
 */
export async function lookAtFocus(page: Page, wanted: ElementHandle | null = null): Promise<Stop> {
  const body = wanted ?? (await page.$('body'))
  if (body === null) throw new Error('the page has no body')
  return await body.evaluate((given, isWanted): Stop => {
    const { activeElement: at, defaultView: view, body: whole } = given.ownerDocument
    if (at === null || at === whole || view === null) return { there: false, name: '', unseen: null }
    const text = at.getAttribute('aria-label') ?? at.textContent?.trim() ?? ''
    const name = `${at.tagName.toLowerCase()}${at.id === '' ? '' : `#${at.id}`} ${text}`.slice(0, 80)
    const there = isWanted && at === given
    const { outlineStyle, outlineWidth, boxShadow } = view.getComputedStyle(at)
    const ring = (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1) || boxShadow !== 'none'
    if (!ring) return { there, name, unseen: 'nothing is drawn around it' }
    const points: [number, number][] = []
    for (const { left, top, width, height } of at.getClientRects())
      for (const [x, y] of [
        [0.5, 0.5],
        [0.1, 0.5],
        [0.9, 0.5],
        [0.5, 0.2],
        [0.5, 0.8],
      ] as const)
        points.push([left + x * width, top + y * height])
    const inside = points.filter(([x, y]) => x >= 0 && y >= 0 && x < view.innerWidth && y < view.innerHeight)
    if (inside.length === 0) return { there, name, unseen: 'it lies outside of the window' }
    const hits = inside.map(([x, y]) => at.ownerDocument.elementFromPoint(x, y))
    if (hits.some((hit) => hit !== null && (hit === at || at.contains(hit)))) return { there, name, unseen: null }
    return { there, name, unseen: `${hits[0]?.className || hits[0]?.tagName} lies over it` }
  }, wanted !== null)
}
