import { ServerSession } from './server-session.ts';
import type { ServerLogin } from './server-session.ts';

/** As many at once use a database through the pooler; who comes later waits. */
const SESSIONS_MAX = 20;
/** PgBouncer's `query_wait_timeout`, by its documentation. */
const WAIT_MS = 120_000;
/** A session that nobody uses is ended: a server may sleep although clients of the pooler are connected. */
const IDLE_MS = 10_000;

interface Waiter {
  readonly last: ServerSession | null;
  readonly resolve: (session: ServerSession) => void;
}

/** The sessions of one login with one database, which its clients use in turn. */
export class ServerPool {
  readonly #login: ServerLogin;
  readonly #free: { readonly session: ServerSession; readonly timer: NodeJS.Timeout }[] = [];
  readonly #waiting: Waiter[] = [];
  #count = 0;

  constructor(login: ServerLogin) {
    this.#login = login;
  }

  /**
   * A session for one transaction: never the one that the same client had before, unless there is no other to be had, so
   * that what a session remembers is lost as surely as it will be lost some day.
   */
  async take(last: ServerSession | null): Promise<ServerSession> {
    const index = this.#free.findIndex(({ session }) => session !== last);
    const free = index === -1 ? undefined : this.#free.splice(index, 1)[0];
    if (free !== undefined) return used(free);
    if (this.#count < SESSIONS_MAX) return this.#open();
    const same = this.#free.pop();
    return same === undefined ? this.#wait(last) : used(same);
  }

  /** Takes a session back; one that is in the middle of something is ended. */
  giveBack(session: ServerSession): void {
    session.listener = null;
    if (session.isInTransaction || session.socket.destroyed) return this.discard(session);
    const waiter = this.#waiting.shift();
    if (waiter !== undefined) return waiter.resolve(session);
    const timer = setTimeout(() => {
      this.#free.splice(this.#free.indexOf(entry), 1);
      this.discard(session);
    }, IDLE_MS);
    timer.unref();
    const entry = { session, timer };
    this.#free.push(entry);
    session.listener = { message: () => undefined, idle: () => undefined, ended: () => this.#lost(session) };
  }

  /** Ends a session for good. */
  discard(session: ServerSession): void {
    this.#count -= 1;
    session.end();
    const waiter = this.#waiting.shift();
    if (waiter !== undefined) void this.#open().then(waiter.resolve, () => this.#waiting.unshift(waiter));
  }

  close(): void {
    for (const free of this.#free.splice(0)) this.discard(used(free));
  }

  #lost(session: ServerSession): void {
    const index = this.#free.findIndex((one) => one.session === session);
    const [free] = index === -1 ? [] : this.#free.splice(index, 1);
    if (free === undefined) return;
    clearTimeout(free.timer);
    this.#count -= 1;
  }

  async #open(): Promise<ServerSession> {
    this.#count += 1;
    try {
      return await ServerSession.open(this.#login);
    } catch (error) {
      this.#count -= 1;
      throw error;
    }
  }

  #wait(last: ServerSession | null): Promise<ServerSession> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(new Error('query_wait_timeout'));
      }, WAIT_MS);
      const waiter: Waiter = {
        last,
        resolve: (session) => {
          clearTimeout(timer);
          resolve(session);
        },
      };
      this.#waiting.push(waiter);
    });
  }
}

function used({
  session,
  timer,
}: {
  readonly session: ServerSession;
  readonly timer: NodeJS.Timeout;
}): ServerSession {
  clearTimeout(timer);
  session.listener = null;
  return session;
}
