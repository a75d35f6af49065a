/** How long the statements of a session wait for a lock. */
export interface LockTimeouts {
  /** What the session began with: `2000ms`. */
  readonly session: string;
  /** What a statement outside a transaction gets instead; null: what the session has. */
  readonly of: (sql: string) => string | null;
}

/** Tracks the lock_timeout of one session, and what its next statement is to have. */
export class OwnLockTimeout {
  readonly #timeouts: LockTimeouts;
  #current: string;
  /** Once the client sets it, it is the client's. */
  #isClients = false;

  constructor(timeouts: LockTimeouts) {
    this.#timeouts = timeouts;
    this.#current = timeouts.session;
  }

  /** What has to be sent to the server before this statement; null: nothing. */
  before(sql: string): string | null {
    if (this.#isClients) return null;
    this.#isClients = /\block_timeout\b/i.test(sql);
    const wanted = this.#timeouts.of(sql) ?? this.#timeouts.session;
    if (wanted === this.#current) return null;
    this.#current = wanted;
    return `set lock_timeout = '${wanted.replaceAll("'", "''")}'`;
  }
}
