/** Whether a file carries the `_plan` column of our failure files: then it speaks only of the people in it. */
import { Decoder } from '../csv/decode.ts'
import { CsvRefusal, type CsvSettings } from '../csv/index.ts'
import { openText } from '../csv/open.ts'
import type { Content } from './content.ts'

const HEAD = 64 * 1024

export async function carriesPlan(
  content: Content,
  settings: Pick<CsvSettings, 'encoding' | 'delimiter'>,
): Promise<boolean> {
  for await (const block of content.read()) {
    try {
      const head = block.subarray(0, HEAD)
      const text = new Decoder(head, settings.encoding, false).decode(head, false)
      return openText(text, { ...settings, zone: 'UTC', today: '2000-01-01', products: [] }).layout.ours
    } catch (error) {
      // What cannot be read is refused by whoever reads it.
      if (error instanceof CsvRefusal) return false
      throw error
    }
  }
  return false
}
