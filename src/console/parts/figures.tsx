/** Numbers with their names, in a row. */
export function Figures({ figures }: { figures: (readonly [name: string, value: string, note?: string])[] }) {
  return (
    <dl class="figures">
      {figures.map(([name, value, note]) => (
        <div {...(note === undefined ? {} : { title: note })}>
          <dt>{name}</dt>
          <dd class={value === '0' ? 'zero' : ''}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
