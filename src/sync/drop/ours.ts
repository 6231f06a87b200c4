/** What the head of a file says of the rest: nothing where nobody can read it as a roster, and only changes where it carries our `_plan` column. */
import { Decoder } from '../csv/decode.ts'
import { CsvRefusal, type CsvSettings } from '../csv/index.ts'
import { openText } from '../csv/open.ts'
import type { Content } from './content.ts'

const HEAD = 64 * 1024

export type Head = 'people' | 'changes' | 'nothing'

export async function headOf(content: Content, settings: Pick<CsvSettings, 'encoding' | 'delimiter'>): Promise<Head> {
  for await (const block of content.read()) {
    try {
      const head = block.subarray(0, HEAD)
      const text = new Decoder(head, settings.encoding, false).decode(head, false)
      const { layout } = openText(text, { ...settings, zone: 'UTC', today: '2000-01-01', products: [] })
      return layout.ours ? 'changes' : 'people'
    } catch (error) {
      // What cannot be read is refused by whoever reads it.
      if (error instanceof CsvRefusal) return 'nothing'
      throw error
    }
  }
  return 'nothing'
}
