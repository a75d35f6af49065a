import { rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Client } from 'pg';
import type { ClusterContext } from './cluster-context.ts';
import { asAdmin } from './cluster-sql.ts';
import { giveToPostgres } from '../server/postgres-launcher.ts';
import { postgresArguments } from '../server/postgres-settings.ts';
import { adoptPostmaster, startPostmaster } from '../server/postmaster.ts';
import type { Postmaster } from '../server/postmaster.ts';
import { connectToSocket, prepareSocketDir, socketDirFor } from '../server/socket-directory.ts';

/** Six hours of log at a few megabytes a second are replayed in that time, on a slow disk. */
const REPLAY_TIMEOUT_MS = 15 * 60_000;

/** The server on the data directory of one cluster: whether it runs, and how it is reached. Its caller keeps order. */
export class ClusterServer {
  readonly dir: string;
  readonly dataDir: string;
  readonly #socketDir: string;
  readonly #context: ClusterContext;
  readonly #onEnd: () => void;
  #postmaster: Postmaster | null = null;

  /** `onEnd` is called when a server that was started here ends, whoever ended it. */
  constructor(dir: string, context: ClusterContext, onEnd: () => void) {
    this.dir = dir;
    this.dataDir = join(dir, 'data');
    this.#socketDir = socketDirFor(dir);
    this.#context = context;
    this.#onEnd = onEnd;
  }

  get pid(): number | null {
    return this.#postmaster?.pid ?? null;
  }

  /** Looks whether it still runs; one that an earlier process had started ends without telling us. */
  async isRunning(): Promise<boolean> {
    return this.#postmaster !== null && (await this.#postmaster.isAlive());
  }

  /** Whether one runs that an earlier process had started; it is not yet ours. */
  async isLeftRunning(): Promise<boolean> {
    return (await adoptPostmaster(this.dataDir, this.#context.clock)) !== null;
  }

  /**
   * Resolves when it accepts connections. `archiveDir` null: nothing is archived. `replays`: it first has the log of a copy
   * to read. Throws `CLOUD_POSTGRES_FAILED`.
   */
  async start({ archiveDir, replays }: { archiveDir: string | null; replays: boolean }): Promise<void> {
    const { program, launcher, clock, settings } = this.#context;
    const startTimeoutMs = Math.max(this.#context.startTimeoutMs, replays ? REPLAY_TIMEOUT_MS : 0);
    await giveToPostgres(launcher, this.dataDir);
    await prepareSocketDir(this.#socketDir, launcher);
    const postmaster = await startPostmaster({
      program,
      args: postgresArguments({ dataDir: this.dataDir, socketDir: this.#socketDir, archiveDir }, settings),
      dataDir: this.dataDir,
      logFile: join(this.dir, 'postgres.log'),
      launcher,
      clock,
      startTimeoutMs,
    });
    this.#postmaster = postmaster;
    postmaster.onExit(() => {
      if (this.#postmaster === postmaster) this.#onEnd();
    });
  }

  /** Has it read its settings again. */
  reload(): void {
    if (this.#postmaster !== null) process.kill(this.#postmaster.pid, 'SIGHUP');
  }

  /** Ends the server that runs on the data directory, whoever started it. */
  async stop(how: 'fast' | 'immediate'): Promise<void> {
    const postmaster = this.#postmaster ?? (await adoptPostmaster(this.dataDir, this.#context.clock));
    await postmaster?.stop(how);
    this.#postmaster = null;
    await rm(this.#socketDir, { recursive: true, force: true });
  }

  /** Forgets a server that has ended. */
  forget(): void {
    this.#postmaster = null;
  }

  /** Rejects with ENOENT or ECONNREFUSED when it does not run. */
  connect(): Promise<Socket> {
    return connectToSocket(this.#socketDir);
  }

  /** Runs SQL as superuser in a database, by default in the one that every cluster has. */
  asAdmin<T>(
    to: { readonly password: string; readonly database?: string },
    work: (client: Client) => Promise<T>,
  ): Promise<T> {
    return asAdmin({ socketDir: this.#socketDir, ...to }, work);
  }
}
