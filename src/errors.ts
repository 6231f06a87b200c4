interface Entry {
  /** HTTP status where the error reaches an HTTP client. */
  readonly status: number
  /** What happened, for a person; `{name}` is filled from the parameters. */
  readonly sentence: string
  /** What to do about it; `{name}` is filled from the parameters. */
  readonly next: string
}

/** Every error that rosterd reports about itself or a request. Reasons of failed items are a catalogue of their own. */
export const CATALOGUE = {
  PORT_BUSY: {
    status: 500,
    sentence: 'Port {port} on {host} is already in use.',
    next: 'Stop the other program or set PORT to a free one.',
  },
  DATA_DIRECTORY_IN_USE: {
    status: 409,
    sentence: 'Another rosterd (process {pid}) is using this data directory.',
    next: 'Stop it, or give this one a directory of its own with ROSTERD_DATA.',
  },
  DATA_DIRECTORY_OTHER_MAJOR: {
    status: 500,
    sentence: 'The data in {directory} was written by PostgreSQL {found}; this rosterd brings PostgreSQL {wanted}.',
    next: 'Start the rosterd version that wrote it, or point ROSTERD_DATA at a new directory.',
  },
  DATA_DIRECTORY_UNUSABLE: {
    status: 500,
    sentence: 'The data directory {directory} cannot be used: {reason}.',
    next: 'Give it to the user that runs rosterd, run rosterd as the user that owns it, or set ROSTERD_DATA to another directory.',
  },
  DATABASE_UNREACHABLE: {
    status: 503,
    sentence: 'The database at {address} cannot be reached: {reason}.',
    next: 'Check DATABASE_URL, and that PostgreSQL runs and accepts connections from this machine.',
  },
  DATABASE_AWAY: {
    status: 503,
    sentence: 'The database does not answer at the moment.',
    next: 'Try again in a few seconds; /readyz says what is wrong and since when.',
  },
  DATABASE_TOO_OLD: {
    status: 500,
    sentence: 'The database at {address} is PostgreSQL {found}; rosterd needs {wanted} or newer.',
    next: 'Upgrade that server, or set DATABASE_URL to a newer one.',
  },
  DATABASE_START_FAILED: {
    status: 500,
    sentence: 'The embedded PostgreSQL did not start: {reason}.',
    next: 'Put right what {log} names and start again, or set DATABASE_URL to use a PostgreSQL of your own.',
  },
  SYSTEM_ACCOUNT_MISSING: {
    status: 500,
    sentence: 'PostgreSQL refuses to run as root, and the system account {account} cannot be created: {reason}.',
    next: 'Create the account, run rosterd as another user, or set DATABASE_URL to use a PostgreSQL of your own.',
  },
  PLATFORM_UNSUPPORTED: {
    status: 500,
    sentence: 'The embedded PostgreSQL cannot run on {platform}: {reason}.',
    next: 'Set DATABASE_URL to a PostgreSQL 15 or newer, or install again with optional dependencies.',
  },
  CONFIG_UNREADABLE: {
    status: 500,
    sentence: 'The configuration {file} cannot be read: {reason}.',
    next: 'Check the path in ROSTERD_CONFIG and who may read the file.',
  },
  CONFIG_INVALID: {
    status: 500,
    sentence: 'The configuration {file} is not valid:{detail}',
    next: 'Run rosterd config check, correct the lines it names, and start again.',
  },
  ENVIRONMENT_INVALID: {
    status: 500,
    sentence: 'The environment is not valid:{detail}',
    next: 'Correct or unset the variables it names, and start again.',
  },
  UNAUTHENTICATED: {
    status: 401,
    sentence: 'This request needs a valid bearer token or session.',
    next: 'Sign in, or send Authorization: Bearer followed by a token that has not expired or been revoked.',
  },
  FORBIDDEN: {
    status: 403,
    sentence: 'This needs the role {role}.',
    next: 'Ask an administrator for that role, or use a token that has it.',
  },
  SESSION_OVER: {
    status: 401,
    sentence: 'You are not signed in, or your session has ended. Nothing was done.',
    next: 'Sign in again in another tab, then go back to the form here and send it once more: what you wrote is still in it.',
  },
  LINK_USED: {
    status: 410,
    sentence: 'This sign-in link does not work any more: it was used, or its time is over.',
    next: 'Have a new one made: rosterd login-link prints it on the machine where rosterd runs.',
  },
  NO_ENTRY: {
    status: 403,
    sentence: 'You are known, but no administrator of any organization here.',
    next: 'Ask an administrator to add your address, or to give you a role at your identity provider.',
  },
  NO_ROLE: {
    status: 403,
    sentence: 'You are known at {provider}, as {email}, and have no role in rosterd there.',
    next: 'Ask whoever manages it to give you one, then sign in again; the claim {claim} has to carry it.',
  },
  CLAIM_MISSING: {
    status: 403,
    sentence: 'No verified e-mail address came from {provider}, so nobody was signed in.',
    next: 'Ask whoever manages it to send a verified address in the claim {claim}, then sign in again.',
  },
  SIGN_IN_STALE: {
    status: 410,
    sentence: 'This sign-in was begun in another browser, is finished already, or took longer than ten minutes.',
    next: 'Begin again on the sign-in page.',
  },
  SIGN_IN_REFUSED: {
    status: 403,
    sentence: 'You were not signed in by {provider}: {reason}',
    next: 'Try again on the sign-in page; if it lasts, show this page to whoever manages {provider}.',
  },
  PROVIDER_AWAY: {
    status: 503,
    sentence: 'Nobody can sign in at {provider} now: it does not answer as it should.',
    next: 'Try again in a minute. A one-time link works meanwhile: rosterd login-link makes one.',
  },
  FORM_STALE: {
    status: 403,
    sentence: 'This form does not belong to your session, so nothing was done.',
    next: 'Go back and send the form once more; if you get here again, load its page anew first.',
  },
  NOT_FOUND: {
    status: 404,
    sentence: 'There is nothing at {path}.',
    next: 'Check the address; /api/v1/openapi.json lists every route.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    sentence: '{path} does not know the method {method}.',
    next: 'Use one of {allow}; /api/v1/docs says what each does.',
  },
  INPUT_INVALID: {
    status: 400,
    sentence: 'The input is not valid: {detail}',
    next: 'Correct what is named and send it again.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    sentence: 'The request is larger than {limit} bytes.',
    next: 'Send it in smaller parts.',
  },
  MEDIA_TYPE_UNSUPPORTED: {
    status: 415,
    sentence: 'A body of the type {type} is not read here.',
    next: 'Send {types|JSON, with Content-Type: application/json}.',
  },
  RATE_LIMITED: {
    status: 429,
    sentence:
      'This token has sent too many requests: more than {rate} a second for longer than its reserve of {burst} lasts.',
    next: 'Wait {seconds} s and go on more slowly.',
  },
  TOOK_TOO_LONG: {
    status: 503,
    sentence: 'There was no answer within {seconds} s.',
    next: 'What was begun goes on; look whether it is done before you ask again.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    sentence: 'The Idempotency-Key {key} already stands for another request.',
    next: 'Send the first request unchanged, or this one under a key of its own.',
  },
  IDEMPOTENCY_KEY_BUSY: {
    status: 409,
    sentence: 'The first request with the Idempotency-Key {key} is still being worked on.',
    next: 'Send it again in {seconds} s to get its answer.',
  },
  SHOWN_ONCE: {
    status: 409,
    sentence: 'The first request with this Idempotency-Key made {id}, whose secret is shown only once.',
    next: 'If that answer never arrived, revoke {id} and make another under a new key.',
  },
  ORGANIZATION_NOT_FOUND: {
    status: 404,
    sentence: 'There is no organization {organization}.',
    next: 'Check its name; the configuration lists the organizations.',
  },
  ORGANIZATION_REQUIRED: {
    status: 400,
    sentence: 'There are several organizations: {list}.',
    next: 'Name the one you mean.',
  },
  PLAN_NOT_FOUND: {
    status: 404,
    sentence: 'There is no plan {id} in this organization.',
    next: 'List the plans with rosterd plans and take an id from there.',
  },
  PLAN_STATE: {
    status: 409,
    sentence: 'Plan {id} is {state}; it can only be {verb} while it is {wanted}.',
    next: 'Look at it with rosterd show {id}; propose a new plan if its work is still wanted.',
  },
  ITEM_NOT_FOUND: {
    status: 404,
    sentence: 'Plan {id} has no item {item}.',
    next: 'List its items with rosterd show {id} --all and take a number from there.',
  },
  PLAN_HASH_MISMATCH: {
    status: 409,
    sentence: 'Plan {id} is not the plan that was reviewed: its hash is {hash}. {changes|}',
    next: 'Review it again with rosterd show {id} and approve the hash shown there.',
  },
  OPERATION_EMPTY: {
    status: 400,
    sentence: 'Nobody is chosen: {why}.',
    next: 'Correct the selection and ask again. Nothing was stored.',
  },
  OPERATION_AMBIGUOUS: {
    status: 400,
    sentence: 'It is not clear what to do: {why}.',
    next: 'Put that right and ask again. Nothing was stored.',
  },
  FILTER_INVALID: {
    status: 400,
    sentence: 'The filter is wrong at character {at}: {why}',
    next: 'Correct it there; a filter reads like: active eq true and products.value eq "vray"',
  },
  UPLOAD_STATE: {
    status: 409,
    sentence: 'Upload {id} is {state}; it can only be {verb} while it is {wanted}.',
    next: '{step|Upload the file again.}',
  },
  DUPLICATE_OPERATION: {
    status: 409,
    sentence: '{file} was applied by plan {id} on {date}.',
    next: 'Nothing to do; to do it again: --again',
  },
  PLAN_HELD: {
    status: 409,
    sentence: 'Plan {id} is held: {message}',
    next: 'If this is right: rosterd approve {id} --override {count} --reason TEXT',
  },
  PLAN_REFUSED: {
    status: 409,
    sentence: 'Plan {id} is refused: {message}',
    next: 'If this is right, two administrators with different e-mail addresses each type: rosterd approve {id} --override {count} --reason TEXT',
  },
  PLAN_NEEDS_ANOTHER: {
    status: 409,
    sentence: 'Plan {id} was refused, and 0 of {items} items were applied. {missing}',
    next: "Their own token comes from rosterd token create --administrator E-MAIL, typed on the daemon's machine. With it, not with the bootstrap token: rosterd approve {id} --override {count} --reason TEXT",
  },
  COUNT_MISMATCH: {
    status: 409,
    sentence: 'You confirmed {given}, but it is {count}.',
    next: '{step|Review it again and confirm the number shown.}',
  },
  SNAPSHOT_NOT_FOUND: {
    status: 404,
    sentence: 'There is no snapshot {id} in this organization.',
    next: 'List the files with rosterd snapshots and take an id from there.',
  },
  SNAPSHOT_NEEDS_ANOTHER: {
    status: 409,
    sentence: 'Snapshot {id} was refused. {missing}',
    next: "Their own token comes from rosterd token create --administrator E-MAIL, typed on the daemon's machine. With it, not with the bootstrap token: rosterd admit {id} --count {count}",
  },
  SNAPSHOT_STATE: {
    status: 409,
    sentence: 'Snapshot {id} is {state}; it can only be {verb} while it is {wanted}.',
    next: 'Look at the latest file of its source with rosterd snapshots.',
  },
  DECISION_NOT_FOUND: {
    status: 404,
    sentence: 'There is no decision {id} in this organization.',
    next: 'List the open questions with rosterd decisions and take an id from there.',
  },
  DECISION_STATE: {
    status: 409,
    sentence: 'Decision {id} is already {state}.',
    next: 'Nothing is left to decide here; rosterd decisions lists what is open.',
  },
  CHOICE_UNKNOWN: {
    status: 400,
    sentence: '{choice} is not a choice here; the choices are {list}.',
    next: 'Choose one of them.',
  },
  MEMBER_NOT_FOUND: {
    status: 404,
    sentence: 'There is no member {id} in this organization.',
    next: 'Check the e-mail address or the id.',
  },
  MEMBER_STATE: {
    status: 409,
    sentence: 'Member {id} is {state}; that is possible only while it is {wanted}.',
    next: 'Look at the member first; its history says how it came to this state.',
  },
  ASSIGNMENT_NOT_FOUND: {
    status: 404,
    sentence: 'There is no assignment {id} in this organization.',
    next: 'List them with rosterd assignments and take an id such as asg_7 from there.',
  },
  BORROW_REFUSED: {
    status: 409,
    sentence: 'This licence cannot be borrowed: {why}.',
    next: 'Borrow it for a shorter time if that is the reason; otherwise ask whoever administers the organization.',
  },
  PIN_NOT_FOUND: {
    status: 404,
    sentence: 'There is no such pin in this organization.',
    next: 'List them with rosterd pins; that names the member and what it keeps from them.',
  },
  PRODUCT_NOT_FOUND: {
    status: 404,
    sentence: 'There is no product {product} in this organization.',
    next: 'Check its key; rosterd products lists them.',
  },
  RULE_NOT_FOUND: {
    status: 404,
    sentence: 'There is no rule {rule} in this organization.',
    next: 'Check its key; rosterd rules lists them.',
  },
  ADMINISTRATOR_NOT_FOUND: {
    status: 404,
    sentence: '{email} is no administrator here.',
    next: 'Look at the list: somebody else may have removed them.',
  },
  OWN_ACCOUNT: {
    status: 409,
    sentence: 'You cannot take away or lower what you may do yourself, so nothing was changed.',
    next: 'Ask another administrator to do it.',
  },
  LETTER_NOT_RESENT: {
    status: 409,
    sentence: 'That mail is on its way, has arrived, or carries a sign-in link, so it was not sent again.',
    next: 'Load the list of mails again to see how it stands; a new sign-in link is sent from the page Administrators.',
  },
  MANAGED_BY_CONFIG: {
    status: 409,
    sentence: 'The configuration file sets {what}, so that it is read-only here: {place}.',
    next: 'Change it there and send SIGHUP to the daemon, or take it out of the file first; then it can be set here.',
  },
  KEY_TAKEN: {
    status: 409,
    sentence: '"{name}" already means the product {product}; names, keys and aliases must differ.',
    next: 'Choose another one, or take it from {product} first.',
  },
  SOURCE_NOT_FOUND: {
    status: 404,
    sentence: 'There is no source {source} in this organization.',
    next: 'Check its name; the configuration lists the sources.',
  },
  TOKEN_NOT_FOUND: {
    status: 404,
    sentence: 'There is no such token in this organization.',
    next: 'List the tokens with rosterd token list and take an id such as tok_7 from there.',
  },
  BACKUP_IMPOSSIBLE: {
    status: 500,
    sentence: 'No backup was written to {file}: {reason}.',
    next: 'Put that right and back up again; ROSTERD_DATA or DATABASE_URL say which database is meant.',
  },
  BACKUP_UNUSABLE: {
    status: 500,
    sentence: 'The backup {file} cannot be restored: {reason}. The database is as empty as it was.',
    next: 'Take another backup, or the rosterd version that wrote this one.',
  },
  DATABASE_NOT_EMPTY: {
    status: 409,
    sentence: 'This database already holds {list}.',
    next: 'Restore into a new data directory (ROSTERD_DATA) or an empty database (DATABASE_URL).',
  },
  DAEMON_UNREACHABLE: {
    status: 503,
    sentence: 'No rosterd answers at {url}: {reason}.',
    next: 'Start it with rosterd serve, or set ROSTERD_URL to the address of one that runs.',
  },
} as const satisfies Record<string, Entry>

export type ErrorCode = keyof typeof CATALOGUE

type Parameters = Readonly<Record<string, string | number>>

/**
 * An error from the catalogue, told to people as it is.
 *
 * `message` is the catalogue's sentence with its `{params}` filled; `status` is an HTTP status; `next` says what to do.
 * A parameter that is not given stays visible as `{name}`; `{name|otherwise}` says what stands there instead.
 */
export class RosterdError extends Error {
  readonly code: ErrorCode
  readonly params: Parameters

  constructor(code: ErrorCode, params: Parameters = {}, options?: ErrorOptions) {
    super(fill(CATALOGUE[code].sentence, params), options)
    this.name = 'RosterdError'
    this.code = code
    this.params = params
  }

  get status(): number {
    return CATALOGUE[this.code].status
  }

  get next(): string {
    return fill(CATALOGUE[this.code].next, this.params)
  }
}

/** Whether an unknown thrown value is an error of the catalogue. */
export function isRosterdError(error: unknown): error is RosterdError {
  return error instanceof RosterdError
}

function fill(template: string, params: Parameters): string {
  const filled = template.replace(/\{(\w+)(?:\|([^}]*))?\}/g, (placeholder, name: string, otherwise = placeholder) =>
    Object.hasOwn(params, name) ? String(params[name]) : String(otherwise),
  )
  return template.endsWith('|}') ? filled.trimEnd() : filled
}
