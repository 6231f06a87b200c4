/** Moments and days in the organization's zone. */
import { formatEnd } from '../../reconcile/expiry.ts'
import { useHere } from '../here.ts'

/** `22 Nov 2026, 11:00`, with the whole moment for machines. */
export function Moment({ at }: { at: Date | string }) {
  const { zone } = useHere()
  const date = typeof at === 'string' ? new Date(at) : at
  const text = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }).format(date)
  return (
    <time datetime={date.toISOString()} title={zone}>
      {text}
    </time>
  )
}

/**
 * `22 Nov 2026`; the moment itself stands in the title.
 *
 * @param end the moment is an end: the last day that it covers
 */
export function Day({ at, end = false }: { at: Date | string; end?: boolean }) {
  const { zone } = useHere()
  const date = typeof at === 'string' ? new Date(at) : at
  const text = end
    ? formatEnd(date.toISOString(), zone)
        .replace(/[,(].*/, '')
        .trim()
    : date.toLocaleDateString('en-GB', { timeZone: zone, day: 'numeric', month: 'short', year: 'numeric' })
  return (
    <time class="day" datetime={date.toISOString()} title={date.toLocaleString('en-GB', { timeZone: zone })}>
      {text}
    </time>
  )
}

const STEPS: [seconds: number, one: string][] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
]

/** `3 hours ago`, `in 2 days`: for what is near; the moment itself stands in the title. */
export function Ago({ at }: { at: Date | string }) {
  const { now, zone } = useHere()
  const date = typeof at === 'string' ? new Date(at) : at
  const seconds = (date.getTime() - now.getTime()) / 1_000
  const [size, unit] = STEPS.find(([step]) => Math.abs(seconds) >= step) ?? [0, '']
  const amount = size === 0 ? 0 : Math.round(Math.abs(seconds) / size)
  const words = `${amount} ${unit}${amount === 1 ? '' : 's'}`
  const text = size === 0 ? 'just now' : seconds < 0 ? `${words} ago` : `in ${words}`
  return (
    <time datetime={date.toISOString()} title={date.toLocaleString('en-GB', { timeZone: zone })}>
      {text}
    </time>
  )
}
