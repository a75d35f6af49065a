import { mkdir } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { basename } from 'node:path';
import type { Client } from 'pg';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import { assert } from '../../../util/assert.ts';
import { SerialQueue } from '../../../util/serial-queue.ts';
import { bringUp } from '../server/bring-up.ts';
import type { ClusterContext } from './cluster-context.ts';
import { ClusterPort } from './cluster-port.ts';
import { writeClusterRecord } from './cluster-record.ts';
import type { ClusterRecord } from './cluster-record.ts';
import { ClusterServer } from './cluster-server.ts';
import { Holds } from './holds.ts';
import { IdleTimer } from './idle-timer.ts';
import { removeClusterDir } from './remove-cluster-dir.ts';

/*
 * States of a cluster; every change goes through one queue, so that two never overlap:
 *
 *   suspended ── connection, start ──► starting ──► running ── idle, suspend ──► stopping ──► suspended
 *                                         │            │
 *                                         └── fails ───┴── ends by itself ──► suspended
 *
 * The port is listened on in every state. `blocked` is a suspended cluster whose port somebody else has. Work that takes
 * long, such as a copy, holds the cluster instead of the queue: connections come and go meanwhile, a stop waits.
 */

/** Where a cluster is in its life. */
export type PostgresClusterState = 'suspended' | 'starting' | 'running' | 'stopping' | 'blocked';

/** One data directory, its postmaster when it runs, and the port in front of it. */
export class PostgresCluster {
  readonly dir: string;
  readonly #context: ClusterContext;
  readonly #server: ClusterServer;
  readonly #queue = new SerialQueue();
  readonly #holds = new Holds();
  readonly #idle: IdleTimer;
  #port: ClusterPort;
  #record: ClusterRecord;
  #state: Exclude<PostgresClusterState, 'blocked'> = 'suspended';
  #isClosed = false;

  private constructor(dir: string, record: ClusterRecord, context: ClusterContext) {
    this.dir = dir;
    this.#record = record;
    this.#context = context;
    this.#server = new ClusterServer(dir, context, () => this.#hasEnded());
    this.#port = this.#newPort();
    this.#idle = new IdleTimer(context.clock, (disarmed) => this.#suspendIfIdle(disarmed));
  }

  /** A cluster that nobody can connect to yet: its record is written, and all the rest is still to come. */
  static async make(
    dir: string,
    record: Omit<ClusterRecord, 'port'>,
    context: ClusterContext,
  ): Promise<PostgresCluster> {
    const cluster = new PostgresCluster(dir, { ...record, port: 0 }, context);
    await mkdir(dir, { recursive: true, mode: 0o711 });
    await cluster.update({});
    return cluster;
  }

  /** A cluster of an earlier process: listens on its port again, and takes over its postmaster if that still runs. */
  static async reopen(dir: string, record: ClusterRecord, context: ClusterContext): Promise<PostgresCluster> {
    const cluster = new PostgresCluster(dir, record, context);
    if (record.port === 0) await cluster.open();
    else await cluster.#port.listenIfFree(record.port);
    // What the earlier process had not finished with it is finished by the start.
    // One cluster that cannot be had must not keep the others from coming up; the next connection tries again.
    if (await cluster.#server.isLeftRunning()) await cluster.start().catch(() => undefined);
    return cluster;
  }

  get record(): ClusterRecord {
    return this.#record;
  }

  get dataDir(): string {
    return this.#server.dataDir;
  }

  get state(): PostgresClusterState {
    return this.#state === 'suspended' && !this.#port.isOpen ? 'blocked' : this.#state;
  }

  get pid(): number | null {
    return this.#server.pid;
  }

  get connections(): number {
    return this.#port.connections;
  }

  /** Picks its port and lets clients in; from then on the cluster is there, also for the next process. */
  async open(): Promise<void> {
    await this.update({ port: await this.#port.listen(null), isUnfinished: false });
  }

  /** Makes it accept connections; at once when it does. */
  start(): Promise<void> {
    return this.#queue.run(() => this.#ensureRunning());
  }

  /** Notices that an adopted server has ended, of which nobody tells us. */
  async refresh(): Promise<void> {
    const { pid } = this;
    if (pid !== null && !(await this.#server.isRunning()) && this.pid === pid) this.#hasEnded();
  }

  /** Stops the server and breaks its connections; the next connection starts it again. */
  suspend(): Promise<void> {
    return this.#whenFree(() => this.#stop('fast'));
  }

  /** Ends the server at once, even one that is still starting: whatever waits for it fails. */
  interrupt(): Promise<void> {
    return this.#server.stop('immediate');
  }

  /** Runs SQL as superuser; the server is started if it has to be and does not stop meanwhile. */
  administer<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return this.#queue.run(async () => {
      await this.#ensureRunning();
      return this.#asAdmin(undefined, work);
    });
  }

  /**
   * Keeps the server running while `work` goes on, which may take long: nothing else waits for it but what would stop the
   * server. One that was suspended before, and that nobody has connected to since, is suspended again.
   */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    const wasRunning = this.#state === 'running';
    const release = await this.#queue.run(async () => {
      await this.#ensureRunning();
      return this.#holds.take();
    });
    try {
      return await work();
    } finally {
      release();
      if (wasRunning) this.#arm();
      else this.#idle.arm(0);
    }
  }

  /** Runs SQL as superuser in a database, while others use it; for as long as it takes. */
  withAdmin<T>(database: string | undefined, work: (client: Client) => Promise<T>): Promise<T> {
    return this.hold(() => this.#asAdmin(database, work));
  }

  /** Changes the record, on disk first. */
  async update(change: Partial<ClusterRecord>): Promise<void> {
    const record = { ...this.#record, ...change };
    await writeClusterRecord(this.dir, record);
    this.#record = record;
  }

  /** Milliseconds without a connection until it is suspended; null: never. */
  async setIdle(idleMs: number | null): Promise<void> {
    await this.update({ idleMs });
    this.#arm();
  }

  /**
   * `next`, which is made and stopped, takes the place of this one: its id, its port, and whoever connects from now on. This
   * one goes on as `preserveAs` behind a port of its own, or is removed. Killed at any moment, the next process finds it
   * either not begun or, once the record of `next` is written, finishes it.
   */
  yieldTo(next: PostgresCluster, preserveAs: string | null): Promise<void> {
    return this.#whenFree(async () => {
      const { id, port } = this.#record;
      const spare = this.#newPort();
      const preserved = preserveAs === null ? null : { id: preserveAs, port: await spare.listen(null) };
      try {
        const supersedes = { dir: basename(this.dir), preserveAs: preserved };
        await next.update({ id, port, isUnfinished: false, supersedes });
      } catch (error) {
        await spare.close();
        throw error;
      }
      this.#port.handTo(next.#port);
      this.#port = spare;
      await this.#stop(preserved === null ? 'immediate' : 'fast');
      if (preserved === null) await this.#remove();
      else await this.update(preserved);
      await next.update({ supersedes: null });
    });
  }

  /** Lets go of the port, and with `stop` ends the server. Without, the server runs on for the next process. */
  async close(options: { stop: boolean }): Promise<void> {
    this.#isClosed = true;
    this.#idle.disarm();
    await this.#queue.run(async () => {
      await this.#port.close();
      if (options.stop) await this.#stop('fast');
    });
  }

  /** Ends everything and removes it from disk. */
  destroy(): Promise<void> {
    return this.#whenFree(async () => {
      await this.#port.close();
      await this.#stop('immediate');
      await this.#remove();
    });
  }

  async #remove(): Promise<void> {
    this.#isClosed = true;
    this.#idle.disarm();
    await removeClusterDir(this.dir);
  }

  /** Runs a task in the queue at a moment when nobody holds the cluster. */
  async #whenFree<T>(task: () => Promise<T>): Promise<T> {
    for (;;) {
      await this.#holds.released();
      const result = await this.#queue.run(async () => (this.#holds.any ? null : { value: await task() }));
      if (result !== null) return result.value;
    }
  }

  #newPort(): ClusterPort {
    return new ClusterPort({ connect: () => this.#connect(), onChange: () => this.#arm() });
  }

  async #connect(): Promise<Socket> {
    await this.start();
    return this.#server.connect().catch(async () => {
      // It ended between the start and now, and was not seen to: an adopted one, or a suspend by hand.
      await this.start();
      return this.#server.connect();
    });
  }

  async #ensureRunning(): Promise<void> {
    const { id, port } = this.#record;
    if (this.#isClosed) throw new ToolError('CLOUD_NOT_RUNNING', `Database ${id} is closed or removed.`);
    // One that is still being made has no port.
    if (!this.#port.isOpen && port > 0) await this.#port.listenAgain(id, port);
    if (await this.#server.isRunning()) return;
    this.#state = 'starting';
    try {
      await bringUp({
        server: this.#server,
        record: () => this.#record,
        update: (change) => this.update(change),
        context: this.#context,
      });
      this.#state = 'running';
      this.#arm();
    } catch (error) {
      await this.#stop('immediate');
      throw error;
    }
  }

  #hasEnded(): void {
    // In any other state the task in the queue sees to it.
    if (this.#state !== 'running') return;
    this.#server.forget();
    this.#idle.disarm();
    this.#state = 'suspended';
  }

  async #stop(how: 'fast' | 'immediate'): Promise<void> {
    this.#idle.disarm();
    this.#state = 'stopping';
    await this.#server.stop(how);
    this.#state = 'suspended';
  }

  #asAdmin<T>(database: string | undefined, work: (client: Client) => Promise<T>): Promise<T> {
    const password = this.#record.adminPassword;
    assert(password !== null, 'a running cluster has a data directory');
    return this.#server.asAdmin({ password, ...(database === undefined ? {} : { database }) }, work);
  }

  #arm(): void {
    this.#idle.disarm();
    if (this.#isClosed || this.#state !== 'running' || this.connections > 0) return;
    this.#idle.arm(this.#record.idleMs === undefined ? this.#context.idleMs : this.#record.idleMs);
  }

  #suspendIfIdle(disarmed: AbortSignal): Promise<void> {
    return this.#queue.run(async () => {
      if (!disarmed.aborted && this.connections === 0 && !this.#holds.any) await this.#stop('fast');
    });
  }
}
