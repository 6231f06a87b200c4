/**
 * Property tests draw the same values in every run, so that a change is judged by what it changed and never by chance. Another
 * number, or `random`, in PROPERTY_SEED goes exploring; what fails then prints its seed, with which it fails again.
 */
import fc from 'fast-check'

const SEED = 2_026

const given = process.env['PROPERTY_SEED'] ?? ''
const seed = given === '' ? SEED : Number(given)
if (given !== 'random' && !Number.isSafeInteger(seed)) throw new Error('PROPERTY_SEED is a whole number, or random')
fc.configureGlobal(given === 'random' ? {} : { seed })

/** Whether values are drawn that nobody has seen yet: what a test hopes to meet among them may be missing. */
export const EXPLORING = given !== ''
