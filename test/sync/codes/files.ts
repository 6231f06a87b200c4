/** What is said of a file that cannot be read, and of rows that cannot be used, before anything is planned. */
import type { Verb } from '../../../src/reconcile/operation.ts'
import type { Told } from './ground.ts'

export interface FileCase extends Told {
  when: string
  verb: Verb
  file: string | Uint8Array
}

const latin = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
const DATE = 'Write it like 2027-06-30; in a spreadsheet, format the whole column so (YYYY-MM-DD) and export it again.'
const HEADER =
  'Rename the column, say which one it is (--column, or columns in the settings of the source), or start from a template (rosterd template).'
const ENCODING =
  'Save the file as "CSV UTF-8", or say which encoding it has (--encoding, or encoding in the settings of the source).'

/** Nothing of these is kept. */
export const FILES: FileCase[] = [
  {
    code: 'FILE_EMPTY',
    when: 'a template that nobody has filled in',
    verb: 'invite',
    file: '# one person per line\nemail,first_name\n',
    says: 'The file has a header and no people.',
    next: 'Nothing was changed. Send the complete file again.',
  },
  {
    code: 'FILE_TYPE',
    when: 'a workbook that was renamed to .csv',
    verb: 'assign',
    file: latin('PK\x03\x04\x14\x00\x06\x00[Content_Types].xml'),
    says: 'This is an Excel file, not a CSV file.',
    next: 'Save it as "CSV UTF-8".',
  },
  {
    code: 'FILE_TOO_LARGE',
    when: '100,001 rows',
    verb: 'invite',
    file: `email\n${'a@x.io\n'.repeat(100_001)}`,
    says: 'The file is too large: it has more than 100,000 rows, and at most 100,000 rows are taken.',
    next: 'Split it.',
  },
  {
    code: 'FILE_TOO_LARGE',
    when: 'more bytes than are kept',
    verb: 'invite',
    file: new Uint8Array(50 * 1_048_576 + 1).fill(97),
    says: 'The file is too large: it has more than 50 MiB, and at most 50 MiB are taken.',
    next: 'Split it.',
  },
  {
    code: 'FILE_INCOMPLETE',
    when: 'its last line promises more rows',
    verb: 'remove',
    file: 'email\nann@acme.example\n#END 40\n',
    says: 'The file is not complete: the last line promises 40 rows; the file has 1.',
    next: 'Send the whole file again; a last line ends with a line break.',
  },
  {
    code: 'HEADER_MISSING',
    when: 'no column says who is meant',
    verb: 'remove',
    file: 'Name,Desk\nAnn,7\n',
    says: 'No column for email or external_id; found: Name, Desk.',
    next: HEADER,
  },
  {
    code: 'HEADER_MISSING',
    when: 'two columns of one name',
    verb: 'invite',
    file: 'email,email\nann@acme.example,bob@acme.example\n',
    says: 'No column for email alone (two columns are called so); found: email, email.',
    next: HEADER,
  },
  {
    code: 'ENCODING_UNCERTAIN',
    when: 'a file that Excel wrote in the way of its country',
    verb: 'invite',
    file: latin('email,last_name\nann@acme.example,M\xfcller\n'),
    says: 'Names such as "M\ufffdller" look wrong; read as utf-8.',
    next: ENCODING,
  },
  {
    code: 'ROW_UNPARSEABLE',
    when: 'the header itself cannot be read',
    verb: 'invite',
    file: `email,"first name\n${'ann@acme.example,Ann\n'.repeat(3)}`,
    says: 'Line 1 cannot be read: unclosed quote from line 1.',
    next: 'Fix the file.',
  },
]

/** Each is one bad row among others that are taken. */
export const ROWS: FileCase[] = [
  {
    code: 'EMAIL_MISSING',
    when: 'an empty cell',
    verb: 'invite',
    file: 'email,first_name\n,Ann\n',
    says: 'Row 2 has no e-mail address.',
    next: 'Fill in the column and upload the row again.',
  },
  {
    code: 'EMAIL_INVALID',
    when: 'an address with a blank inside',
    verb: 'assign',
    file: 'email,products\nann lee@acme.example,vray\n',
    says: '"ann lee@acme.example" is not a valid e-mail address (space inside).',
    next: 'Correct it.',
  },
  {
    code: 'EMAIL_MULTIPLE',
    when: 'two people in one cell',
    verb: 'invite',
    file: 'email\nann@acme.example; bob@acme.example\n',
    says: 'The cell holds several addresses.',
    next: 'Write one person per row.',
  },
  {
    code: 'EMAIL_CONFUSABLE',
    when: 'a letter of another alphabet; the row is taken',
    verb: 'invite',
    file: 'email\n\u0430nn@acme.example\n',
    says: '"\u0430nn@acme.example" mixes alphabets and looks like "ann@acme.example".',
    next: 'Confirm that it is meant, or correct it.',
  },
  {
    code: 'ANCHOR_DAMAGED',
    when: 'an id that a spreadsheet made a number',
    verb: 'remove',
    file: 'email,external_id\n,1.23457E+11\n',
    says: '"1.23457E+11" looks like a number rounded by a spreadsheet.',
    next: 'Export the column as text.',
  },
  {
    code: 'ROW_CONFLICT',
    when: 'two lines of one person with two dates',
    verb: 'assign',
    file: 'email,products,expires\nann@acme.example,vray,2027-06-30\nann@acme.example,vray,2027-07-31\n',
    says: 'Lines 2 and 3 disagree about expires.',
    next: 'Keep one of them.',
  },
  {
    code: 'ROW_UNPARSEABLE',
    when: 'a comma too many',
    verb: 'invite',
    file: 'email,first_name\nbob@acme.example,Bob\nann@acme.example,Ann,Lee\n',
    says: 'Line 3 cannot be read: 3 columns instead of 2.',
    next: 'Fix the file.',
  },
  {
    code: 'ENCODING_UNCERTAIN',
    when: 'one line that was pasted from elsewhere',
    verb: 'invite',
    file: latin(
      'email,last_name\nann@acme.example,M\xc3\xbcller\nbob@acme.example,\xc3\x84rzte\ncem@acme.example,M\xfcller\n',
    ),
    says: 'Names such as "M\ufffdller" look wrong; read as utf-8.',
    next: ENCODING,
  },
  {
    code: 'FIELD_UNKNOWN_VALUE',
    when: 'a role that there is not',
    verb: 'invite',
    file: 'email,role\nann@acme.example,boss\n',
    says: '"boss" is not allowed in role; allowed: member, admin, owner.',
    next: 'Correct it.',
  },
  {
    code: 'FIELD_UNKNOWN_VALUE',
    when: 'neither yes nor no',
    verb: 'remove',
    file: 'email,also_revoke\nann@acme.example,maybe\n',
    says: '"maybe" is not allowed in also_revoke; allowed: yes, no.',
    next: 'Correct it.',
  },
  {
    code: 'PRODUCT_UNKNOWN',
    when: 'a typing error',
    verb: 'assign',
    file: 'email,products\nann@acme.example,Houdinni\n',
    says: 'There is no product "Houdinni"; did you mean Houdini?',
    next: 'Correct it, or add an alias to the product.',
  },
  {
    code: 'EXPIRY_INVALID',
    when: 'a date that could be two',
    verb: 'assign',
    file: 'email,products,expires\nann@acme.example,vray,01/02/2027\n',
    says: '"01/02/2027" is not a date that can be read without guessing (day or month first? say which with --date-order dmy or mdy).',
    next: DATE,
  },
  {
    code: 'EXPIRY_INVALID',
    when: 'the number that a spreadsheet keeps',
    verb: 'assign',
    file: 'email,products,expires\nann@acme.example,vray,46568\n',
    says: '"46568" is not a date that can be read without guessing (as the number of a day in a spreadsheet it would be 2027-06-30).',
    next: DATE,
  },
  {
    code: 'EXPIRY_IN_PAST',
    when: 'a day that is over',
    verb: 'assign',
    file: 'email,products,expires\nann@acme.example,vray,2026-11-19\n',
    says: '2026-11-19 is over.',
    next: 'Give a later date, or leave the cell empty.',
  },
  {
    code: 'EXPIRY_FAR',
    when: 'a year that is hardly meant; the row is taken',
    verb: 'assign',
    file: 'email,products,expires\nann@acme.example,vray,2072-06-30\n',
    says: '2072-06-30 in expires is more than ten years away.',
    next: 'Check the year; the row was taken as it is.',
  },
]
