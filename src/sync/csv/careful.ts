/**
 * The careful reader, for one line with quotes where none may stand: `Jim "Bo" Lee,x` and `"Bo" Lee,x` keep their
 * quotes. Null when a quote that opened a cell is never closed. (csv-parse with `relax_quotes` reads the same; called
 * line by line it takes fifty times as long, which a file full of such lines would make everybody wait for.)
 */
export function readCarefully(line: string, delimiter: string): string[] | null {
  const cells: string[] = []
  let at = 0
  for (;;) {
    let cell = ''
    if (line[at] === '"') {
      const closed = quotedCell(line, at)
      if (closed === null) return null
      at = closed.end
      const proper = at === line.length || line[at] === delimiter
      cell = proper ? closed.value : `"${closed.value}"`
    }
    const next = line.indexOf(delimiter, at)
    cells.push(cell + line.slice(at, next < 0 ? line.length : next))
    if (next < 0) return cells
    at = next + 1
  }
}

function quotedCell(line: string, open: number): { value: string; end: number } | null {
  let value = ''
  let start = open + 1
  for (;;) {
    const quote = line.indexOf('"', start)
    if (quote < 0) return null
    value += line.slice(start, quote)
    if (line[quote + 1] !== '"') return { value, end: quote + 1 }
    value += '"'
    start = quote + 2
  }
}
