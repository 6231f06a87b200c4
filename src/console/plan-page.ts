/** What the link of a letter opens: the command to type, and nothing of the plan, since the page asks nobody who they are. */
import { html } from 'hono/html'
import { typed } from '../typed.ts'

/**
 * @param id as in the address: `pln_7`
 * @param organization its key where there are several
 */
export function planPage(id: string, organization: string | null) {
  const which = organization === null ? '' : ` --organization ${organization}`
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />
    <title>Plan ${id} · rosterd</title>
    <style>
      :root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }
      body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }
      main { box-sizing: border-box; width: min(40rem, 100%); padding: 2rem 1.25rem; }
      h1 { font-size: 1.4rem; line-height: 1.3; margin: 0 0 0.5rem; }
      pre { overflow-x: auto; padding: 0.8rem 1rem; border: 1px solid color-mix(in srgb, CanvasText 25%, Canvas);
        border-radius: 0.5rem; background: color-mix(in srgb, CanvasText 6%, Canvas); font: 0.95rem/1.5 ui-monospace, monospace; }
      p.note { color: color-mix(in srgb, CanvasText 70%, Canvas); font-size: 0.9rem; }
    </style>
  </head>
  <body>
    <main>
      <h1>Plan ${id}</h1>
      <p>To see what this plan would do, type this on the machine where rosterd runs:</p>
      <pre><code>${typed(`show ${id}${which}`)}</code></pre>
      <p>It lists every person with the reason, and ends with the command that approves or rejects the plan.</p>
      <p class="note">This page shows nothing of the plan itself, and nothing here can change it.</p>
    </main>
  </body>
</html>`
}
