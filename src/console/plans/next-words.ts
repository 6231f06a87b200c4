/** Next steps are said in the same words everywhere, but for what only somebody at a terminal can type. */
const TYPED: [RegExp, string][] = [
  [/ \((?:rosterd |--)[^)]*\)/g, ''],
  [/ \(--[\w-]+, or ([^)]*)\)/g, ' ($1)'],
  [/, or use --wait\./g, ', or let whoever gets none wait for one.'],
  [/ Or name it for all rows with --product\./g, ' Or choose it for all rows.'],
]

export function onPages(text: string): string {
  return TYPED.reduce((said, [typed, instead]) => said.replace(typed, instead), text)
}
