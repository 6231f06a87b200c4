/** How the reference looks: light and dark as the reader's system is, readable on a telephone and on paper. */
export const STYLE = `
:root { color-scheme: light dark; font: 16px/1.55 system-ui, sans-serif; --line: color-mix(in srgb, CanvasText 22%, Canvas);
  --soft: color-mix(in srgb, CanvasText 70%, Canvas); --tint: color-mix(in srgb, CanvasText 6%, Canvas); }
body { margin: 0; background: Canvas; color: CanvasText; display: grid; grid-template-columns: 21rem minmax(0, 1fr); }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; box-sizing: border-box; padding: 1rem; font-size: 0.875rem;
  border-right: 1px solid var(--line); }
nav p { margin: 0.75rem 0 0.15rem; font-weight: 600; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li { overflow-wrap: anywhere; padding: 0.1rem 0; }
nav b { font: 600 0.75rem ui-monospace, monospace; }
main { padding: 1rem 2rem 4rem; max-width: 68rem; min-width: 0; }
h1 { font-size: 1.6rem; } h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
h3 { margin: 2rem 0 0.3rem; font-size: 1rem; overflow-wrap: anywhere; } h4 { margin: 0.9rem 0 0.2rem; font-size: 0.9rem; }
h2, h3 { scroll-margin-top: 1rem; }
code { font: 0.9em ui-monospace, monospace; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; display: block; overflow-x: auto; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.8rem 0.3rem 0; border-bottom: 1px solid var(--line); }
.method { font: 700 0.8rem ui-monospace, monospace; padding: 0.1rem 0.4rem; border-radius: 0.3rem; background: var(--tint);
  border: 1px solid var(--line); }
.role, .needed { color: var(--soft); font-size: 0.85rem; }
a { color: LinkText; } a:focus-visible { outline: 2px solid; outline-offset: 2px; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; border: 0; } main { padding: 1rem; } }
@media print { nav { display: none; } body { display: block; } }
`
