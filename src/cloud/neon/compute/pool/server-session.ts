import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { withAccess } from '../serve-compute.ts';
import { writeStartup } from '../startup-packet.ts';
import { ScramClient } from './scram-client.ts';
import { errorTextOf, textAt, wireMessage, WireReader } from './wire-messages.ts';
import type { WireMessage } from './wire-messages.ts';

const PROTOCOL = 0x00_03_00_00;

/** Who opens a session, and where. */
export interface ServerLogin {
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password: string;
  readonly isReadOnly: boolean;
}

/** What a server answers to, in the order in which it was asked. */
interface Expected {
  readonly kind: 'parse' | 'close' | 'sync';
  /** Not the client's: its answer is kept back. */
  readonly isOurs: boolean;
  readonly statement: string | null;
}

/** A server said no; its own words and message, for the client. */
export class ServerRefusal extends Error {
  override readonly name: string = 'ServerRefusal';
  readonly raw: Buffer;

  constructor(body: Buffer) {
    super(errorTextOf(body));
    this.raw = wireMessage('E', body);
  }
}

/** One session with Postgres, which clients use in turn. */
export class ServerSession {
  readonly parameters: Map<string, string> = new Map();
  readonly prepared: Set<string> = new Set();
  key: { readonly pid: number; readonly secret: number } | null = null;
  /** Gets what is for the client, and hears of a session that has ended. */
  listener: { message(raw: Buffer): void; idle(): void; ended(): void } | null = null;
  readonly socket: Socket;
  readonly #expected: Expected[] = [];
  #status = 'I';

  private constructor(socket: Socket) {
    this.socket = socket;
  }

  /** Opens a session. Rejects with {@link ServerRefusal}, or when the server cannot be reached. */
  static async open(login: ServerLogin): Promise<ServerSession> {
    const socket = connect({ port: login.port, host: '127.0.0.1', noDelay: true });
    const session = new ServerSession(socket);
    const reader = new WireReader();
    const scram = new ScramClient(login.password);
    const start = new Map([
      ['user', login.user],
      ['database', login.database],
    ]);
    socket.write(writeStartup(PROTOCOL, withAccess(start, login)));
    await new Promise<void>((resolve, reject) => {
      let isReady = false;
      socket.on('error', reject);
      socket.once('close', () => {
        reject(new Error('the server closed the connection'));
        session.listener?.ended();
      });
      socket.on('data', (bytes) => {
        try {
          for (const message of reader.push(bytes)) {
            if (isReady) session.#hear(message);
            else if (message.type === 'Z') {
              isReady = true;
              resolve();
            } else session.#login(message, login, scram);
          }
        } catch (error) {
          reject(error);
          socket.destroy();
        }
      });
    });
    return session;
  }

  get isInTransaction(): boolean {
    return this.#status !== 'I' || this.#expected.length > 0;
  }

  /** Sends a message of the client's, or one of our own whose answer is kept back. */
  send(raw: Buffer, expected: Omit<Expected, 'isOurs'> | null, isOurs = false): void {
    if (expected !== null) this.#expected.push({ ...expected, isOurs });
    if (expected?.kind === 'parse' && expected.statement !== null) this.prepared.add(expected.statement);
    if (expected?.kind === 'close' && expected.statement !== null) this.prepared.delete(expected.statement);
    this.socket.write(raw);
  }

  end(): void {
    this.listener = null;
    this.socket.end(wireMessage('X'));
    this.socket.destroySoon();
  }

  #login({ type, body }: WireMessage, login: ServerLogin, scram: ScramClient): void {
    if (type === 'E') throw new ServerRefusal(Buffer.from(body));
    if (type === 'S') this.#setParameter(body);
    if (type === 'K') this.key = { pid: body.readInt32BE(0), secret: body.readInt32BE(4) };
    if (type !== 'R') return;
    const text = body.toString('utf8', 4);
    switch (body.readInt32BE(0)) {
      case 0:
        return;
      case 3:
        this.socket.write(wireMessage('p', login.password));
        return;
      case 5:
        this.socket.write(wireMessage('p', md5Answer(login, body.subarray(4, 8))));
        return;
      case 10: {
        const first = Buffer.from(scram.first());
        this.socket.write(wireMessage('p', 'SCRAM-SHA-256', first.length, first));
        return;
      }
      case 11:
        this.socket.write(wireMessage('p', Buffer.from(scram.final(text))));
        return;
      case 12:
        scram.verify(text);
        return;
      default:
        throw new Error('the server wants a login that is not known here');
    }
  }

  #hear({ type, body, raw }: WireMessage): void {
    if (type === '1' || type === '3') {
      if (this.#expected.shift()?.isOurs !== true) this.listener?.message(raw);
      return;
    }
    if (type === 'S') this.#setParameter(body);
    if (type === 'C' && /^(?:DEALLOCATE|DISCARD) ALL\0/.test(body.toString())) this.prepared.clear();
    if (type !== 'Z') {
      const asked = this.#expected[0];
      // A statement that we prepare for the client may be its mistake; a setting that we make is not.
      const isOurs = asked?.isOurs === true && (asked.kind === 'sync' || type !== 'E');
      if (!isOurs) this.listener?.message(raw);
      return;
    }
    this.#status = body.toString('latin1', 0, 1);
    this.#synchronized(raw);
  }

  /** What was skipped after an error has no answer, and did not happen. */
  #synchronized(raw: Buffer): void {
    for (;;) {
      const next = this.#expected.shift();
      if (next?.kind === 'parse' && next.statement !== null) this.prepared.delete(next.statement);
      if (next !== undefined && next.kind !== 'sync') continue;
      if (next?.isOurs !== true) this.listener?.message(raw);
      break;
    }
    if (!this.isInTransaction) this.listener?.idle();
  }

  #setParameter(body: Buffer): void {
    const { text: name, rest } = textAt(body);
    this.parameters.set(name, textAt(rest).text);
  }
}

function md5Answer({ user, password }: ServerLogin, salt: Buffer): string {
  const md5 = (...parts: readonly (string | Buffer)[]): string =>
    parts.reduce((hash, part) => hash.update(part), createHash('md5')).digest('hex');
  return `md5${md5(md5(password, user), salt)}`;
}
