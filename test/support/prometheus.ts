/** Reads the text format of Prometheus as strictly as its own parser, and a little more: every series once, none without its help. */

const HELP = /^# HELP ([a-zA-Z_:][\w:]*) \S.*$/
const TYPE = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram|summary)$/
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (NaN|[+-]Inf|-?\d[\d.e+-]*)$/
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y

type Labels = Record<string, string>
interface Sample {
  name: string
  labels: Labels
  value: number
}

export interface Page {
  names(): string[]
  /** The value of the first series of this name with at least these labels. */
  get(name: string, labels: Labels): number | undefined
}

/** @throws Error with the line that Prometheus would not understand */
export function readMetrics(text: string): Page {
  const samples: Sample[] = []
  const helped = new Set<string>()
  const typed = new Map<string, string>()
  const series = new Set<string>()
  for (const line of text.split('\n')) {
    if (line === '') continue
    const [, help] = HELP.exec(line) ?? []
    const [, named, type] = TYPE.exec(line) ?? []
    const [, name = '', inside = '', value = ''] = SAMPLE.exec(line) ?? []
    if (help !== undefined) helped.add(help)
    else if (named !== undefined && type !== undefined) {
      if (typed.has(named)) throw new Error(`described twice: ${line}`)
      typed.set(named, type)
    } else {
      if (name === '') throw new Error(`not understood: ${line}`)
      const family = typed.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '')
      if (!helped.has(family) || !typed.has(family)) throw new Error(`without a description before it: ${line}`)
      const labels = readLabels(inside)
      const key = `${name} ${JSON.stringify(Object.entries(labels).sort())}`
      if (series.has(key)) throw new Error(`the same series twice: ${line}`)
      series.add(key)
      samples.push({ name, labels, value: Number(value.replace('Inf', 'Infinity')) })
    }
  }
  return {
    names: () => [...typed.keys()],
    get: (name, labels) =>
      samples.find(
        (one) => one.name === name && Object.entries(labels).every(([key, text]) => one.labels[key] === text),
      )?.value,
  }
}

function readLabels(inside: string): Labels {
  const labels: Labels = {}
  LABEL.lastIndex = 0
  while (LABEL.lastIndex < inside.length) {
    const at = LABEL.lastIndex
    const [, name = '', value = ''] = LABEL.exec(inside) ?? []
    if (name === '') throw new Error(`labels not understood: ${inside.slice(at)}`)
    labels[name] = value
  }
  return labels
}
