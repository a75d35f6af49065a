import { DatabaseSync } from 'node:sqlite';

/** A delivery that was accepted: what tells it from every other one. */
export interface AcceptedDelivery {
  /** `X-GitHub-Delivery`; not signed, so that a copy may bear another. */
  readonly delivery: string;
  /** Of the signed bytes. */
  readonly digest: string;
  /** When what it tells of happened, by the signed payload. Milliseconds since the Unix epoch. */
  readonly happenedAt: number;
}

/** Deliveries that are remembered; a busy repository has some hundred a day, of which three days matter. */
const REMEMBERED_MAX = 10_000;

/**
 * Remembers what was accepted, in a file that outlives its process. It forgets the oldest when it is full, and from then
 * on refuses whatever is not newer than what it forgot: nothing can come twice because there was no room to remember it.
 */
export class WebhookLedger {
  readonly #db: DatabaseSync;
  readonly #max: number;

  /** `file` may be `:memory:`. */
  constructor(file: string, max: number = REMEMBERED_MAX) {
    this.#max = max;
    this.#db = new DatabaseSync(file);
    this.#db.exec(
      `PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000;
       CREATE TABLE IF NOT EXISTS deliveries
         (delivery TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, happened_at INTEGER NOT NULL) STRICT;
       CREATE TABLE IF NOT EXISTS horizon (id INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;`,
    );
  }

  /** Remembers a delivery; says why not when it was here before, or may have been. */
  claim({ delivery, digest, happenedAt }: AcceptedDelivery): 'new' | 'seen' | 'forgotten' {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const verdict = this.#judge({ delivery, digest, happenedAt });
      if (verdict === 'new') {
        this.#db.prepare('INSERT INTO deliveries VALUES (?, ?, ?)').run(delivery, digest, happenedAt);
        this.#forgetOldest();
      }
      this.#db.exec('COMMIT');
      return verdict;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /** Takes a delivery back whose work failed, so that GitHub may deliver it again. */
  release(delivery: string): void {
    this.#db.prepare('DELETE FROM deliveries WHERE delivery = ?').run(delivery);
  }

  close(): void {
    this.#db.close();
  }

  #judge({ delivery, digest, happenedAt }: AcceptedDelivery): 'new' | 'seen' | 'forgotten' {
    const known = this.#db
      .prepare('SELECT 1 FROM deliveries WHERE delivery = ? OR digest = ?')
      .get(delivery, digest);
    if (known !== undefined) return 'seen';
    const horizon = this.#db.prepare('SELECT at FROM horizon').get()?.['at'];
    return horizon !== undefined && happenedAt <= Number(horizon) ? 'forgotten' : 'new';
  }

  #forgetOldest(): void {
    const count = Number(this.#db.prepare('SELECT count(*) AS n FROM deliveries').get()?.['n']);
    if (count <= this.#max) return;
    const oldest = this.#db
      .prepare('SELECT delivery, happened_at FROM deliveries ORDER BY happened_at, rowid LIMIT ?')
      .all(count - this.#max);
    for (const { delivery, happened_at: at } of oldest) {
      this.release(String(delivery));
      this.#db
        .prepare('INSERT INTO horizon VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = max(at, excluded.at)')
        .run(Number(at));
    }
  }
}
