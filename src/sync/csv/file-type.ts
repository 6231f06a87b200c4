import { utf16Of } from './decode.ts'
import { CsvRefusal } from './refusal.ts'

/** First bytes of what people drop instead of a CSV file. */
const MAGIC: [string, string][] = [
  ['\xd0\xcf\x11\xe0', 'an old Excel file'],
  ['%PDF', 'a PDF file'],
  ['\x1f\x8b', 'a gzip file'],
  ['7z\xbc\xaf', 'a 7-Zip file'],
  ['Rar!', 'a RAR file'],
  ['BZh', 'a bzip2 file'],
  ['\xfd7zXZ', 'an xz file'],
  ['\x28\xb5\x2f\xfd', 'a Zstandard file'],
  ['SQLite format', 'an SQLite database'],
  ['\x89PNG', 'a picture'],
  ['\xff\xd8\xff', 'a picture'],
  ['GIF8', 'a picture'],
  ['{\\rtf', 'an RTF document'],
  ['-----BEGIN ', 'an encrypted or signed file'],
  ['\x7fELF', 'a program'],
]
/** One control character in twenty is no text in any encoding. */
const CONTROL_SHARE = 0.05

/** Throws FILE_TYPE when the first bytes are those of something that is not a text with rows. */
export function refuseOtherTypes(head: Uint8Array): void {
  const start = Buffer.from(head.subarray(0, 4096)).toString('latin1')
  if (start.startsWith('PK\x03\x04') || start.startsWith('PK\x05\x06')) {
    const names = Buffer.from(head.subarray(0, 65_536)).toString('latin1')
    const office = names.includes('[Content_Types].xml') || names.includes('xl/')
    throw new CsvRefusal('FILE_TYPE', { type: office ? 'an Excel file' : 'a zip file' })
  }
  const magic = MAGIC.find(([bytes]) => start.startsWith(bytes))
  if (magic) throw new CsvRefusal('FILE_TYPE', { type: magic[1] })
  const text = start
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .slice(0, 200)
    .toLowerCase()
  if (/^<(?:!doctype html|html|head|body|table|meta|script)\b/.test(text))
    throw new CsvRefusal('FILE_TYPE', { type: 'an HTML page' })
  if (/^<(?:\?xml|!--|[a-z][\w:-]*[\s>])/.test(text)) throw new CsvRefusal('FILE_TYPE', { type: 'an XML file' })
  if (/^(?:\{\s*"|\{\s*$|\[\s*[{["])/.test(text)) throw new CsvRefusal('FILE_TYPE', { type: 'a JSON file' })
  if (utf16Of(head) === null && controlShare(head.subarray(0, 65_536)) > CONTROL_SHARE) {
    throw new CsvRefusal('FILE_TYPE', { type: 'a binary file' })
  }
}

function controlShare(bytes: Uint8Array): number {
  let controls = 0
  for (const byte of bytes) if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12) controls++
  return bytes.length === 0 ? 0 : controls / bytes.length
}
