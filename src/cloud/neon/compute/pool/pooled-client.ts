import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import { ClientStatements } from './client-statements.ts';
import type { ServerPool } from './server-pool.ts';
import { ServerRefusal } from './server-session.ts';
import type { ServerSession } from './server-session.ts';
import { fatalMessage, wireMessage, WireReader } from './wire-messages.ts';
import type { WireMessage } from './wire-messages.ts';

/** What PgBouncer keeps for each client and sets again in every session it lends. */
const TRACKED = [
  'client_encoding',
  'DateStyle',
  'TimeZone',
  'standard_conforming_strings',
  'application_name',
];

/** A client of the pooler: it has a session of the server's for as long as a transaction lasts. */
export class PooledClient {
  readonly key: { readonly pid: number; readonly secret: number } = {
    pid: randomInt(1, 0x7f_ff_ff_ff),
    secret: randomInt(1, 0x7f_ff_ff_ff),
  };
  readonly #socket: Socket;
  readonly #pool: ServerPool;
  readonly #statements = new ClientStatements();
  readonly #wanted: Map<string, string>;
  readonly #backlog: WireMessage[] = [];
  #session: ServerSession | null = null;
  #last: ServerSession | null = null;
  #isTaking = false;

  constructor(socket: Socket, pool: ServerPool, wanted: ReadonlyMap<string, string>) {
    this.#socket = socket;
    this.#pool = pool;
    this.#wanted = new Map(wanted);
    socket.once('close', () => this.#leave());
  }

  /** The session a cancel request is for. */
  get session(): ServerSession | null {
    return this.#session;
  }

  /** Says hello for a server, and listens from now on. Throws when the login is wrong. */
  async begin(reader: WireReader, early: readonly WireMessage[]): Promise<void> {
    const session = await this.#pool.take(null);
    const parameters = new Map([...session.parameters, ...this.#wanted]);
    this.#pool.giveBack(session);
    this.#socket.write(
      Buffer.concat([
        wireMessage('R', 0),
        ...[...parameters].map(([name, value]) => wireMessage('S', name, value)),
        wireMessage('K', this.key.pid, this.key.secret),
        wireMessage('Z', Buffer.from('I')),
      ]),
    );
    this.#hear(early);
    this.#socket.on('data', (bytes) => {
      try {
        this.#hear(reader.push(bytes));
      } catch (error) {
        this.#fail(error);
      }
    });
    this.#socket.resume();
  }

  #hear(messages: readonly WireMessage[]): void {
    for (const message of messages) {
      if (message.type === 'X') {
        this.#socket.end();
        this.#leave();
        return;
      }
      if (this.#session === null) this.#backlog.push(message);
      else this.#statements.send(this.#session, message);
    }
    if (this.#session === null && this.#backlog.length > 0) void this.#take();
  }

  async #take(): Promise<void> {
    if (this.#isTaking) return;
    this.#isTaking = true;
    try {
      const session = await this.#pool.take(this.#last);
      if (this.#socket.destroyed) return this.#pool.giveBack(session);
      this.#session = session;
      this.#listen(session);
      this.#setParameters(session);
      for (const message of this.#backlog.splice(0)) this.#statements.send(session, message);
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isTaking = false;
    }
  }

  #listen(session: ServerSession): void {
    session.listener = {
      message: (raw) => {
        if (this.#socket.write(raw)) return;
        session.socket.pause();
        this.#socket.once('drain', () => session.socket.resume());
      },
      idle: () => {
        for (const name of TRACKED) {
          const value = session.parameters.get(name);
          if (value !== undefined) this.#wanted.set(name, value);
        }
        this.#release();
      },
      ended: () => {
        this.#session = null;
        this.#pool.discard(session);
        this.#socket.destroySoon();
      },
    };
  }

  #setParameters(session: ServerSession): void {
    const different = [...this.#wanted].filter(([name, value]) => session.parameters.get(name) !== value);
    if (different.length === 0) return;
    const sql = different
      .map(([name, value]) => `set "${name}" to '${value.replaceAll("'", "''")}'`)
      .join(';');
    session.send(wireMessage('Q', sql), { kind: 'sync', statement: null }, true);
  }

  #release(): void {
    const session = this.#session;
    if (session === null) return;
    this.#session = null;
    this.#last = session;
    this.#pool.giveBack(session);
    if (this.#backlog.length > 0) void this.#take();
  }

  #leave(): void {
    const session = this.#session;
    this.#session = null;
    // Left in the middle of a transaction, which ends with its session.
    if (session !== null) this.#pool.giveBack(session);
  }

  #fail(error: unknown): void {
    const raw = error instanceof ServerRefusal ? error.raw : fatalMessage('08006', (error as Error).message);
    this.#socket.end(raw);
  }
}
