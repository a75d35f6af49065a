import { mkdir, rename, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Client } from 'pg';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { assert } from '../../util/assert.ts';
import type { Clock } from '../../util/clock.ts';
import { writeClusterRecord } from './cluster-record.ts';
import type { ClusterRecord } from './cluster-record.ts';
import { asAdmin, bootstrapCluster } from './cluster-sql.ts';
import { copyTemplate } from './cluster-template.ts';
import type { ClusterTemplate } from './cluster-template.ts';
import { giveToPostgres } from './postgres-launcher.ts';
import type { PostgresLauncher } from './postgres-launcher.ts';
import { postgresArguments } from './postgres-settings.ts';
import type { PostgresSettings } from './postgres-settings.ts';
import { adoptPostmaster, startPostmaster } from './postmaster.ts';
import type { Postmaster } from './postmaster.ts';
import { refusalMessage } from './refusal-message.ts';
import { SerialQueue } from '../../util/serial-queue.ts';
import { connectToSocket, prepareSocketDir, socketDirFor } from './socket-directory.ts';
import { TcpProxy } from './tcp-proxy.ts';

/*
 * States of a cluster; every change goes through one queue, so that two never overlap:
 *
 *   suspended ── connection, start ──► starting ──► running ── idle, suspend ──► stopping ──► suspended
 *                                         │            │
 *                                         └── fails ───┴── ends by itself ──► suspended
 *
 * The port is listened on in every state. `blocked` is a suspended cluster whose port somebody else has.
 */

/** Where a cluster is in its life. */
export type PostgresClusterState = 'suspended' | 'starting' | 'running' | 'stopping' | 'blocked';

/** What all clusters of a service share. */
export interface ClusterContext {
  readonly program: string;
  readonly launcher: PostgresLauncher;
  readonly template: () => Promise<ClusterTemplate>;
  readonly settings: PostgresSettings;
  readonly clock: Clock;
  /** Null: never suspended for being idle. */
  readonly idleMs: number | null;
  readonly startTimeoutMs: number;
}

/** One data directory, its postmaster when it runs, and the port in front of it. */
export class PostgresCluster {
  readonly dir: string;
  readonly dataDir: string;
  readonly #socketDir: string;
  readonly #context: ClusterContext;
  readonly #queue = new SerialQueue();
  #record: ClusterRecord;
  #state: PostgresClusterState = 'suspended';
  #postmaster: Postmaster | null = null;
  #proxy: TcpProxy | null = null;
  #idle: AbortController | null = null;
  #isClosed = false;

  private constructor(dir: string, record: ClusterRecord, context: ClusterContext) {
    this.dir = dir;
    this.dataDir = join(dir, 'data');
    this.#socketDir = socketDirFor(dir);
    this.#record = record;
    this.#context = context;
  }

  /** A new cluster: picks its port and writes its record; the data directory comes with the first start. */
  static async create(
    dir: string,
    record: Omit<ClusterRecord, 'port'>,
    context: ClusterContext,
  ): Promise<PostgresCluster> {
    const cluster = new PostgresCluster(dir, { ...record, port: 0 }, context);
    await mkdir(dir, { recursive: true, mode: 0o711 });
    const proxy = await cluster.#listen(null);
    await cluster.update({ port: proxy.port });
    return cluster;
  }

  /** A cluster of an earlier process: listens on its port again, and takes over its postmaster if that still runs. */
  static async reopen(dir: string, record: ClusterRecord, context: ClusterContext): Promise<PostgresCluster> {
    const cluster = new PostgresCluster(dir, record, context);
    await cluster.#listen(record.port).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      cluster.#state = 'blocked';
    });
    const running = await adoptPostmaster(cluster.dataDir, context.clock);
    // What the earlier process had not finished with it is finished by the start.
    // One cluster that cannot be had must not keep the others from coming up; the next connection tries again.
    if (running !== null) await cluster.start().catch(() => undefined);
    return cluster;
  }

  get record(): ClusterRecord {
    return this.#record;
  }

  get state(): PostgresClusterState {
    return this.#state;
  }

  get pid(): number | null {
    return this.#postmaster?.pid ?? null;
  }

  get connections(): number {
    return this.#proxy?.connections ?? 0;
  }

  /** Makes it accept connections; at once when it does. */
  start(): Promise<void> {
    return this.#queue.run(() => this.#ensureRunning());
  }

  /** Notices that an adopted server has ended, of which nobody tells us. */
  async refresh(): Promise<void> {
    const postmaster = this.#postmaster;
    if (postmaster === null || !postmaster.isAdopted || (await postmaster.isAlive())) return;
    if (this.#postmaster === postmaster) this.#hasEnded();
  }

  /** Stops the server and breaks its connections; the next connection starts it again. */
  suspend(): Promise<void> {
    return this.#queue.run(() => this.#stop('fast'));
  }

  /** Runs SQL as superuser; the server is started if it has to be and does not stop meanwhile. */
  administer<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return this.#queue.run(async () => {
      await this.#ensureRunning();
      return this.#asAdmin(work);
    });
  }

  /** Changes the record, on disk first. */
  async update(change: Partial<ClusterRecord>): Promise<void> {
    const record = { ...this.#record, ...change };
    await writeClusterRecord(this.dir, record);
    this.#record = record;
  }

  /** Lets go of the port, and with `stop` ends the server. Without, the server runs on for the next process. */
  async close(options: { stop: boolean }): Promise<void> {
    this.#isClosed = true;
    this.#disarm();
    await this.#queue.run(async () => {
      await this.#proxy?.close();
      if (options.stop) await this.#stop('fast');
    });
  }

  /** Ends everything and removes it from disk. */
  async destroy(): Promise<void> {
    this.#isClosed = true;
    this.#disarm();
    await this.#queue.run(async () => {
      await this.#proxy?.close();
      await this.#stop('immediate');
      // Out of sight in one step: a half-removed directory must never look like a cluster.
      const trash = `${this.dir}.removed`;
      await rm(trash, { recursive: true, force: true });
      await rename(this.dir, trash);
      await rm(trash, { recursive: true, force: true });
    });
  }

  async #listen(port: number | null): Promise<TcpProxy> {
    this.#proxy = await TcpProxy.listen(port, {
      connect: () => this.#connect(),
      refusal: refusalMessage,
      onChange: (connections) => {
        this.#disarm();
        if (connections === 0) this.#arm();
      },
    });
    return this.#proxy;
  }

  async #connect(): Promise<Socket> {
    await this.start();
    return connectToSocket(this.#socketDir).catch(async () => {
      // It ended between the start and now, and was not seen to: an adopted one, or a suspend by hand.
      await this.start();
      return connectToSocket(this.#socketDir);
    });
  }

  async #ensureRunning(): Promise<void> {
    if (this.#isClosed)
      throw new ToolError('CLOUD_NOT_RUNNING', `Database ${this.#record.id} is closed or removed.`);
    if (this.#state === 'blocked') await this.#unblock();
    if (this.#postmaster !== null && (await this.#postmaster.isAlive())) return;
    this.#state = 'starting';
    try {
      await this.#provision();
      this.#postmaster = await this.#startPostmaster();
      if (!this.#record.isBootstrapped) {
        await this.#asAdmin((client) => bootstrapCluster(client, this.#record));
        await this.update({ isBootstrapped: true });
      }
      this.#state = 'running';
      if (this.connections === 0) this.#arm();
    } catch (error) {
      await this.#stop('immediate');
      throw error;
    }
  }

  async #unblock(): Promise<void> {
    const { id, port } = this.#record;
    await this.#listen(port).catch((cause: unknown) => {
      throw new ToolError(
        'CLOUD_PORT_IN_USE',
        `Port ${port} of database ${id} is taken by another process.`,
        {
          hint: `See which one: lsof -i :${port}`,
          cause,
        },
      );
    });
    this.#state = 'suspended';
  }

  /** Copies the template unless that was done; a copy cut short is thrown away. */
  async #provision(): Promise<void> {
    if (this.#record.adminPassword !== null) return;
    const template = await this.#context.template();
    await copyTemplate(template, this.dataDir);
    await this.update({ adminPassword: template.adminPassword });
  }

  async #startPostmaster(): Promise<Postmaster> {
    const { program, launcher, clock, settings, startTimeoutMs } = this.#context;
    await giveToPostgres(launcher, this.dataDir);
    await prepareSocketDir(this.#socketDir, launcher);
    const postmaster = await startPostmaster({
      program,
      args: postgresArguments(this.dataDir, this.#socketDir, settings),
      dataDir: this.dataDir,
      logFile: join(this.dir, 'postgres.log'),
      launcher,
      clock,
      startTimeoutMs,
    });
    postmaster.onExit(() => {
      if (this.#postmaster === postmaster) this.#hasEnded();
    });
    return postmaster;
  }

  #hasEnded(): void {
    // In any other state the task in the queue sees to it.
    if (this.#state !== 'running') return;
    this.#postmaster = null;
    this.#disarm();
    this.#state = 'suspended';
  }

  async #stop(how: 'fast' | 'immediate'): Promise<void> {
    this.#disarm();
    const postmaster = this.#postmaster ?? (await adoptPostmaster(this.dataDir, this.#context.clock));
    if (postmaster !== null) {
      this.#state = 'stopping';
      await postmaster.stop(how);
    }
    this.#postmaster = null;
    if (this.#state !== 'blocked') this.#state = 'suspended';
    await rm(this.#socketDir, { recursive: true, force: true });
  }

  #asAdmin<T>(work: (client: Client) => Promise<T>): Promise<T> {
    assert(this.#record.adminPassword !== null, 'a running cluster has a data directory');
    return asAdmin(this.#socketDir, this.#record.adminPassword, work);
  }

  #arm(): void {
    const { idleMs, clock } = this.#context;
    if (idleMs === null || this.#isClosed || this.#state !== 'running') return;
    this.#disarm();
    const idle = new AbortController();
    this.#idle = idle;
    const suspendIfIdle = async (): Promise<void> => {
      if (!idle.signal.aborted && this.connections === 0) await this.#stop('fast');
    };
    // Nobody waits for this: one that was disarmed ends here, and one that could not stop is tried when it is idle again.
    clock
      .sleep(idleMs, idle.signal)
      .then(() => this.#queue.run(suspendIfIdle))
      .catch(() => undefined);
  }

  #disarm(): void {
    this.#idle?.abort();
    this.#idle = null;
  }
}
