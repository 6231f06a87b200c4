/** One letter per event. Pure: the same event gives the same letter. */

import { adminLetter } from './admin-letters.ts'
import type { OutgoingLetter } from './letter-box.ts'
import { memberLetter } from './member-letters.ts'
import type { Letter } from './paper.ts'

/** Writes the letter. `baseUrl` is where administrators reach rosterd, without a slash at its end. */
export function writeLetter(letter: OutgoingLetter, baseUrl: string): Letter {
  return letter.audience === 'member'
    ? memberLetter(letter.event, letter.organization)
    : adminLetter(letter.event, letter.organization, baseUrl)
}
