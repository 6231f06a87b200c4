/**
 * What opens doors. The values are behind private fields, so that printing, logging or serialising a config or an environment
 * shows none of them.
 */
export class Secrets {
  readonly #values: SecretValues

  constructor(values: SecretValues) {
    this.#values = { ...values }
  }

  /** `postgres://…`; null = the embedded database. */
  get databaseUrl(): string | null {
    return this.#values.databaseUrl
  }

  /** `smtp://…`; null = letters are written as files. */
  get smtpUrl(): string | null {
    return this.#values.smtpUrl
  }

  /** The bootstrap administrator's token; null = generated once and kept in the data directory. */
  get adminToken(): string | null {
    return this.#values.adminToken
  }

  /** Opens /metrics and nothing else; null = none. */
  get metricsToken(): string | null {
    return this.#values.metricsToken
  }

  /** With which rosterd proves at the OpenID provider that it is itself; null = none. */
  get oidcClientSecret(): string | null {
    return this.#values.oidcClientSecret
  }

  toJSON(): string {
    return '[hidden]'
  }
}

export interface SecretValues {
  databaseUrl: string | null
  smtpUrl: string | null
  adminToken: string | null
  metricsToken: string | null
  oidcClientSecret: string | null
}
