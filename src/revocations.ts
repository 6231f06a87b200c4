/** That tokens were revoked in this process: whoever remembers for a moment what a token opens forgets it then. */
let noted = 0

export function noteRevocation(): void {
  noted += 1
}

/** Grows with each revocation. */
export function revocations(): number {
  return noted
}
