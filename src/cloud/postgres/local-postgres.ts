import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Client } from 'pg';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { assert } from '../../util/assert.ts';
import type { ClusterContext } from './cluster/cluster-context.ts';
import { freshRecord, randomPassword } from './cluster/cluster-record.ts';
import type { ClusterOrigin, PostgresLogin, PostgresRole } from './cluster/cluster-record.ts';
import { createDatabase, createLogin, dropDatabase } from './cluster/cluster-sql.ts';
import type { CopyMethod } from './copy/copy-method.ts';
import { DirectorySizes } from './copy/directory-sizes.ts';
import { HistoryKeeper } from './branch/history-keeper.ts';
import { logEndOf } from './server/log-end.ts';
import { makeBranch } from './branch/make-branch.ts';
import { openClusters } from './cluster/open-clusters.ts';
import { windowOf } from './branch/history-window.ts';
import { PostgresCluster } from './cluster/postgres-cluster.ts';
import type {
  NewPostgresBranch,
  NewPostgresCluster,
  PostgresClusterFigures,
  PostgresClusterStatus,
  PostgresMoment,
  PostgresOrigin,
  PostgresReplacement,
  PostgresService,
  PostgresWindow,
} from './postgres-service.ts';
import { memoryOfTree } from './server/process-inspection.ts';

const ID_PATTERN = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const DEFAULT_USER = 'app';

/** The service over a directory of clusters. */
export class LocalPostgres implements PostgresService {
  readonly #dir: string;
  readonly #context: ClusterContext;
  readonly #clusters = new Map<string, PostgresCluster>();
  readonly #creating = new Map<string, Promise<PostgresCluster>>();
  readonly #branching = new Map<string, Promise<unknown>>();
  readonly #closing = new AbortController();
  readonly #sizes: DirectorySizes;
  readonly #keeper: HistoryKeeper;
  #keeping: Promise<void> = Promise.resolve();

  private constructor(dir: string, context: ClusterContext) {
    this.#dir = dir;
    this.#context = context;
    this.#sizes = new DirectorySizes(context.clock);
    this.#keeper = new HistoryKeeper(context, () => [...this.#clusters.values()], this.#closing.signal);
  }

  /** Reads what is in the directory, listens again, and adopts the servers that still run. */
  static async open(dir: string, context: ClusterContext): Promise<LocalPostgres> {
    const service = new LocalPostgres(dir, context);
    for (const cluster of await openClusters(dir, context)) service.#clusters.set(cluster.record.id, cluster);
    await service.#keeper.collect();
    service.#keeping = service.#keeper.run();
    return service;
  }

  async create(wanted: NewPostgresCluster): Promise<PostgresClusterStatus> {
    assert(ID_PATTERN.test(wanted.id), `${wanted.id} cannot be the id of a Postgres cluster`);
    const cluster = this.#clusters.get(wanted.id) ?? (await this.#createOnce(wanted));
    await cluster.start();
    return this.#statusOf(cluster);
  }

  get copyMethod(): CopyMethod {
    return this.#context.copyMethod;
  }

  get(id: string): PostgresClusterStatus | null {
    const cluster = this.#clusters.get(id);
    return cluster === undefined ? null : this.#statusOf(cluster);
  }

  async list(): Promise<readonly PostgresClusterFigures[]> {
    const clusters = [...this.#clusters.values()].sort((a, b) => a.record.createdAt - b.record.createdAt);
    return Promise.all(clusters.map((cluster) => this.#figuresOf(cluster)));
  }

  async start(id: string): Promise<void> {
    await this.#find(id).start();
  }

  async suspend(id: string): Promise<void> {
    await this.#find(id).suspend();
  }

  async destroy(id: string): Promise<void> {
    const cluster = this.#clusters.get(id) ?? (await this.#creating.get(id)?.catch(() => undefined));
    if (cluster === undefined) return;
    this.#clusters.delete(id);
    this.#sizes.forget(cluster.dataDir);
    await cluster.destroy();
    await this.#keeper.collect();
  }

  connectionUrl(id: string, options: { readonly user?: string; readonly database?: string } = {}): string {
    const { logins, databases, port } = this.#find(id).record;
    const login = options.user === undefined ? logins[0] : logins.find(({ name }) => name === options.user);
    const database = options.database ?? databases[0];
    if (login === undefined || database === undefined)
      throw new ToolError('PROVIDER_NOT_FOUND', `Database ${id} has no login ${options.user ?? ''}.`);
    const userInfo = `${encodeURIComponent(login.name)}:${encodeURIComponent(login.password)}`;
    return `postgresql://${userInfo}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  }

  async createDatabase(id: string, database: string): Promise<void> {
    const cluster = this.#find(id);
    await cluster.administer(async (client) => {
      await createDatabase(client, database, cluster.record.logins[0]?.name);
      await cluster.update({ databases: [...new Set([...cluster.record.databases, database])] });
    });
  }

  async dropDatabase(id: string, database: string): Promise<void> {
    const cluster = this.#find(id);
    await cluster.administer(async (client) => {
      await dropDatabase(client, database);
      await cluster.update({ databases: cluster.record.databases.filter((name) => name !== database) });
    });
  }

  async createUser(id: string, user: string, role: PostgresRole): Promise<void> {
    const cluster = this.#find(id);
    await cluster.administer(async (client) => {
      const { logins } = cluster.record;
      const login: PostgresLogin = { name: user, role, password: randomPassword() };
      await createLogin(client, login, logins[0]);
      // In its place: the first one owns the databases.
      const others = logins.map((known) => (known.name === user ? login : known));
      await cluster.update({ logins: others.includes(login) ? others : [...others, login] });
    });
  }

  credentials(id: string, user: string): { readonly username: string; readonly password: string } | null {
    const login = this.#find(id).record.logins.find(({ name }) => name === user);
    return login === undefined ? null : { username: login.name, password: login.password };
  }

  async branch(wanted: NewPostgresBranch): Promise<PostgresClusterStatus> {
    const source = this.#find(wanted.from);
    const running = this.#branching.get(wanted.id);
    if (running !== undefined) await running.catch(() => undefined);
    const found = this.#clusters.get(wanted.id);
    if (found?.record.origin?.dir === basename(source.dir)) return this.#statusOf(found);
    return this.#claiming(wanted.id, async () => {
      const made = await this.#make(source, wanted, wanted.id);
      await made.open();
      this.#clusters.set(wanted.id, made);
      return this.#statusOf(made);
    });
  }

  async replace(id: string, wanted: PostgresReplacement): Promise<PostgresClusterStatus> {
    const [replaced, source] = [this.#find(id), this.#find(wanted.from)];
    return this.#claiming(wanted.preserveAs, async () => {
      const made = await this.#make(source, wanted, id);
      const { createdAt, idleMs, retentionMs } = replaced.record;
      await made.update({
        createdAt,
        ...(idleMs === undefined ? {} : { idleMs }),
        ...(retentionMs === undefined ? {} : { retentionMs }),
      });
      try {
        await replaced.yieldTo(made, wanted.preserveAs);
      } catch (error) {
        // Before the change it is not needed; after it, it is what is there.
        if (made.record.isUnfinished) await made.destroy();
        throw error;
      }
      this.#clusters.set(id, made);
      if (wanted.preserveAs !== null) this.#clusters.set(wanted.preserveAs, replaced);
      return this.#statusOf(made);
    });
  }

  window(id: string): PostgresWindow {
    return windowOf(this.#find(id).record, this.#context);
  }

  async setRetention(id: string, retentionMs: number): Promise<void> {
    await this.#find(id).update({ retentionMs });
  }

  async setIdle(id: string, idleMs: number | null): Promise<void> {
    await this.#find(id).setIdle(idleMs);
  }

  async rename(id: string, to: string): Promise<void> {
    const cluster = this.#find(id);
    await this.#claiming(to, async () => {
      await cluster.update({ id: to });
      this.#clusters.delete(id);
      this.#clusters.set(to, cluster);
    });
  }

  lsn(id: string): Promise<string> {
    return logEndOf(this.#find(id));
  }

  withAdmin<T>(id: string, database: string, work: (client: Client) => Promise<T>): Promise<T> {
    return this.#find(id).withAdmin(database, work);
  }

  async close(options: { readonly stop: boolean }): Promise<void> {
    this.#closing.abort(new ToolError('CLOUD_NOT_RUNNING', 'The local cloud is being ended.'));
    await Promise.allSettled([...this.#creating.values(), ...this.#branching.values(), this.#keeping]);
    await Promise.all([...this.#clusters.values()].map((cluster) => cluster.close(options)));
  }

  #find(id: string): PostgresCluster {
    const cluster = this.#clusters.get(id);
    if (cluster === undefined) {
      throw new ToolError('PROVIDER_NOT_FOUND', `There is no local Postgres ${id}.`, {
        hint: 'See which there are: glidepath cloud status',
      });
    }
    return cluster;
  }

  #createOnce(wanted: NewPostgresCluster): Promise<PostgresCluster> {
    const running = this.#creating.get(wanted.id);
    if (running !== undefined) return running;
    const name = wanted.user ?? DEFAULT_USER;
    const creation = PostgresCluster.make(
      this.#freeDir(wanted.id),
      {
        ...freshRecord(),
        version: 2,
        id: wanted.id,
        databases: [wanted.database],
        logins: [{ name, role: 'schema_admin', password: randomPassword() }],
        adminPassword: null,
        isBootstrapped: false,
        createdAt: this.#context.clock.now(),
      },
      this.#context,
    )
      .then(async (cluster) => {
        await cluster.open();
        this.#clusters.set(wanted.id, cluster);
        return cluster;
      })
      .finally(() => this.#creating.delete(wanted.id));
    this.#creating.set(wanted.id, creation);
    return creation;
  }

  /** Runs `work` while nobody else can make a cluster with that id. */
  async #claiming<T>(id: string | null, work: () => Promise<T>): Promise<T> {
    assert(id === null || ID_PATTERN.test(id), `${id} cannot be the id of a Postgres cluster`);
    const key = id ?? randomBytes(8).toString('hex');
    if (id !== null && (this.#clusters.has(id) || this.#creating.has(id) || this.#branching.has(id)))
      throw new ToolError('PROVIDER_CONFLICT', `There is a local Postgres ${id} already.`);
    const working = this.#keeper.protect(work).finally(() => this.#branching.delete(key));
    this.#branching.set(key, working);
    return working;
  }

  async #make(
    source: PostgresCluster,
    wanted: { readonly at?: PostgresMoment; readonly schemaOnly?: boolean },
    id: string,
  ): Promise<PostgresCluster> {
    const { at = null, schemaOnly = false } = wanted;
    const options = { dir: this.#freeDir(id), id, at, schemaOnly, signal: this.#closing.signal };
    return makeBranch(source, options, this.#context);
  }

  /** A directory for a cluster: named after it, unless that name is taken by one that was called so. */
  #freeDir(id: string): string {
    const dir = join(this.#dir, id);
    return existsSync(dir) ? `${dir}.${randomBytes(4).toString('hex')}` : dir;
  }

  async #figuresOf(cluster: PostgresCluster): Promise<PostgresClusterFigures> {
    await cluster.refresh();
    const memoryBytes = cluster.pid === null ? null : await memoryOfTree(cluster.pid);
    return { ...this.#statusOf(cluster), memoryBytes, sizeBytes: await this.#sizes.of(cluster.dataDir) };
  }

  #statusOf(cluster: PostgresCluster): PostgresClusterStatus {
    const { id, port, databases, logins, createdAt, origin } = cluster.record;
    const users = logins.map(({ name, role }) => ({ name, role }));
    const { state, pid, connections } = cluster;
    const { idleMs = this.#context.idleMs, retentionMs = this.#context.retentionMs } = cluster.record;
    const now = { id, state, pid, port, databases, users, connections, createdAt, idleMs, retentionMs };
    return { ...now, origin: origin === null ? null : this.#originOf(origin) };
  }

  #originOf({ dir, lsn, at }: ClusterOrigin): PostgresOrigin {
    const parent = [...this.#clusters.values()].find((cluster) => basename(cluster.dir) === dir);
    return { parent: parent?.record.id ?? null, lsn, at };
  }
}
