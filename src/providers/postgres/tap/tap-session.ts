import type { Socket } from 'node:net';
import type { ByteReader } from './byte-reader.ts';
import type { ServerConnection } from './connect-server.ts';
import { ExtendedStatements } from './extended-statements.ts';
import { heldQuery, type AskedQuery } from './held-query.ts';
import { DEFAULT_LEVEL, levelSetBy, severityRank } from './message-level.ts';
import { OwnLockTimeout } from './own-lock-timeout.ts';
import { DROP, PASS, relayFrames, write, type Frame, type FrameVerdict } from './relay-frames.ts';
import { Responses } from './responses.ts';
import type { SplitStatements } from './split-statements.ts';
import { heldStatement, startStatement, type StatementInProgress } from './statement-in-progress.ts';
import type { RunningStatement, TapOptions, TransactionState } from './tap.ts';
import { message, queryMessage, readCString } from './wire-messages.ts';

/** What a session is made of. */
export interface TapSessionOptions {
  readonly id: number;
  readonly client: { readonly socket: Socket; readonly reader: ByteReader };
  readonly server: ServerConnection;
  readonly hooks: Pick<TapOptions, 'clock' | 'onStart' | 'hold' | 'onStatement' | 'lockTimeouts'>;
  readonly split: SplitStatements;
  /** What the client wants to hear, where it said so at the beginning. */
  readonly level: string | null;
  /** The number of the next statement of the tap. */
  readonly nextNumber: () => number;
  /** The session ended while something ran, which the server would carry on with for nobody. */
  readonly onAbandoned: () => void;
}

/** Rows: nobody looks at them. */
const OPAQUE_FROM_SERVER: ReadonlySet<string> = new Set(['D', 'd', 'V']);
const OPAQUE_FROM_CLIENT: ReadonlySet<string> = new Set(['d']);

/** One client and the session on the server that it has. */
export class TapSession {
  readonly #options: TapSessionOptions;
  readonly #responses: Responses;
  readonly #extended = new ExtendedStatements();
  /** Resolves when the client has to send rows. */
  #rowsWanted = Promise.withResolvers<void>();
  /** What is carried out while the client sends rows. */
  #work: Promise<void> = Promise.resolve();
  /** What the client wants to hear. */
  #level: string;
  /** The client has set that itself, so that the server says less than is needed. */
  #isQuieted = false;
  readonly #lockTimeout: OwnLockTimeout | null;

  constructor(options: TapSessionOptions) {
    this.#options = options;
    const { lockTimeouts } = options.hooks;
    this.#lockTimeout = lockTimeouts === undefined ? null : new OwnLockTimeout(lockTimeouts);
    this.#level = options.level ?? DEFAULT_LEVEL;
    this.#responses = new Responses({
      now: () => options.hooks.clock.now(),
      onOver: (statement, transaction, batch) => this.#report(statement, transaction, batch),
      onRowsWanted: () => {
        this.#rowsWanted.resolve();
        this.#rowsWanted = Promise.withResolvers();
      },
      isShown: (severity) => severityRank(severity) >= severityRank(this.#level),
    });
  }

  /** Passes everything on until either side ends; then the other side is ended, too. */
  async run(): Promise<void> {
    const { client, server } = this.#options;
    const toServer = relayFrames(client.reader.rest(), server.socket, {
      opaque: OPAQUE_FROM_CLIENT,
      onFrame: (frame) => this.#fromClient(frame),
    });
    const toClient = relayFrames(server.reader.rest(), client.socket, {
      opaque: OPAQUE_FROM_SERVER,
      onFrame: (frame) => (this.#responses.hear(frame) ? PASS : DROP),
    });
    const end = (): void => this.end();
    await Promise.all([toServer.then(end, end), toClient.then(end, end)]);
  }

  /** Ends both sides; what was written already is still sent. */
  end(): void {
    if (this.#responses.isBusy) this.#options.onAbandoned();
    this.#responses.close();
    for (const { socket } of [this.#options.client, this.#options.server]) socket.destroySoon();
  }

  async #fromClient(frame: Frame): Promise<FrameVerdict> {
    const { body, type } = frame;
    if (this.#isQuieted && this.#responses.isQuiet) await this.#listenAgain();
    await this.#setLockTimeout(frame);
    switch (type) {
      case 'Q':
        return this.#query(frame);
      case 'P': {
        const sql = this.#extended.parse(body);
        this.#responses.expect({ kind: 'parse', onFailure: () => this.#start(sql, 0) });
        return PASS;
      }
      case 'B': {
        const { sql, parameters } = this.#extended.bind(body);
        this.#responses.expect({ kind: 'bind', onFailure: () => this.#start(sql, parameters) });
        return PASS;
      }
      case 'C':
        this.#extended.close(body);
        this.#responses.expect({ kind: 'close', onFailure: () => null });
        return PASS;
      case 'D':
        this.#responses.expect({ kind: 'describe', onFailure: () => null });
        return PASS;
      case 'E':
        return this.#execute(body);
      case 'S':
        this.#responses.expect({ kind: 'sync' });
        return PASS;
      case 'F':
        this.#responses.expect({ kind: 'query', current: null, next: () => null, shown: 'all' });
        return PASS;
      case 'c':
      case 'f':
        return this.#waitFor(async () => this.#goOn(this.#work));
      default:
        return PASS;
    }
  }

  #query(frame: Frame): FrameVerdict {
    const sql = readCString(frame.body, 0).text;
    const pieces = frame.isWhole ? this.#options.split(sql) : null;
    if (this.#options.hooks.hold !== undefined && pieces !== null && pieces.length > 0) {
      const work = heldQuery(pieces, {
        transaction: () => this.#responses.transaction,
        start: (text) => this.#start(text, 0),
        ask: (text, asked) => this.#ask(text, asked),
        forget: (statement) => this.#responses.forget(statement),
        toClient: (bytes) => write(this.#options.client.socket, bytes),
        hold: (statement, isAutocommit) => this.#hold(statement, isAutocommit),
      });
      return { ...this.#waitFor(() => work), passes: false };
    }
    const parts = pieces ?? [{ sql, offset: 0 }];
    let index = 0;
    const next = (): StatementInProgress | null => {
      const part = parts[index++];
      return part === undefined ? null : this.#start(part.sql, 0, part.offset);
    };
    this.#responses.expect({ kind: 'query', current: next(), next, shown: 'all' });
    return PASS;
  }

  #execute(body: Buffer): FrameVerdict {
    const portal = this.#extended.executed(body);
    const statement = portal.isStarted ? null : this.#start(portal.sql, portal.parameters);
    portal.isStarted = true;
    const isHeard = this.#responses.expect({ kind: 'execute', statement });
    if (!isHeard || statement === null || this.#options.hooks.hold === undefined) return PASS;
    return this.#waitFor(() => this.#heldExecute(statement));
  }

  /** The locks of what runs outside a transaction are held until the client's Sync, which comes after this. */
  async #heldExecute(statement: StatementInProgress): Promise<void> {
    await write(this.#options.server.socket, message('H'));
    await statement.settled;
    const isAutocommit = this.#responses.transaction === 'idle';
    const isAlone = this.#options.split(statement.running.sql)?.[0]?.kind === 'alone';
    await this.#hold(statement, isAutocommit && !isAlone);
  }

  /** While rows came in, the server paid no attention to being asked for its answer. */
  async #goOn(work: Promise<void>): Promise<void> {
    if (this.#options.hooks.hold !== undefined) await write(this.#options.server.socket, message('H'));
    await work;
  }

  /** The client is heard again when the work is done, or when it has to send rows for it. */
  #waitFor(begin: () => Promise<void>): FrameVerdict {
    const rowsWanted = this.#rowsWanted.promise;
    return {
      passes: true,
      after: () => {
        this.#work = begin();
        return Promise.race([this.#work, rowsWanted]);
      },
    };
  }

  async #hold(statement: StatementInProgress, isAutocommit: boolean): Promise<void> {
    const { end } = statement;
    const { hold } = this.#options.hooks;
    if (end === null || hold === undefined) return;
    const hasLocks = end.error === null && (isAutocommit || this.#responses.transaction === 'open');
    await hold(heldStatement({ ...statement, end }, { hasLocks, isAutocommit }));
  }

  async #ask(sql: string, { statement, isToldLater }: AskedQuery): Promise<Frame | null> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let failure: Frame | null = null;
    this.#responses.expect({
      kind: 'query',
      current: statement,
      next: () => null,
      shown: statement === null ? 'none' : 'all-but-end',
      isToldLater,
      onError: (frame) => (failure = { ...frame, body: Buffer.from(frame.body) }),
      onReady: resolve,
    });
    await write(this.#options.server.socket, queryMessage(sql));
    await promise;
    return failure;
  }

  async #listenAgain(): Promise<void> {
    if (this.#responses.transaction === 'failed') return;
    this.#isQuieted = false;
    await this.#ask('set client_min_messages = debug1', { statement: null, isToldLater: true });
  }

  /** Only between transactions: within one, whoever waits for long holds up others by the locks that it has. */
  async #setLockTimeout({ type, body }: Frame): Promise<void> {
    if (this.#lockTimeout === null || !this.#responses.isQuiet || this.#responses.transaction !== 'idle')
      return;
    const sql = type === 'Q' ? readCString(body, 0).text : this.#extended.sqlOf(type, body);
    const setting = sql === null ? null : this.#lockTimeout.before(sql);
    if (setting !== null) await this.#ask(setting, { statement: null, isToldLater: false });
  }

  #start(sql: string, parameters: number, offset = 0): StatementInProgress {
    const { id, server, hooks, nextNumber } = this.#options;
    const running: RunningStatement = {
      number: nextNumber(),
      session: id,
      backendPid: server.backendPid,
      sql,
      parameters,
      startedAt: hooks.clock.now(),
    };
    const level = levelSetBy(sql);
    if (level !== null && hooks.hold !== undefined) {
      this.#level = level;
      this.#isQuieted = true;
    }
    hooks.onStart?.(running);
    return startStatement(running, offset);
  }

  #report(statement: StatementInProgress, transaction: TransactionState, batch: number): void {
    const { end } = statement;
    if (end === null) return;
    const held = heldStatement(
      { ...statement, end },
      { hasLocks: false, isAutocommit: transaction === 'idle' },
    );
    this.#options.hooks.onStatement?.({ ...held, transaction, batch });
  }
}
