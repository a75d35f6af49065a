import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { assert } from '../../util/assert.ts';
import { randomPassword, readClusterRecord } from './cluster-record.ts';
import type { PostgresLogin, PostgresRole } from './cluster-record.ts';
import { createDatabase, createLogin, dropDatabase } from './cluster-sql.ts';
import { directorySize } from './directory-size.ts';
import { PostgresCluster } from './postgres-cluster.ts';
import type { ClusterContext } from './postgres-cluster.ts';
import type {
  NewPostgresCluster,
  PostgresClusterFigures,
  PostgresClusterStatus,
  PostgresService,
} from './postgres-service.ts';
import { memoryOfTree } from './process-inspection.ts';

const ID_PATTERN = /^[a-z0-9][a-z0-9_-]{0,62}$/;
const DEFAULT_USER = 'app';
/** Measuring a directory reads a thousand entries; a page that asks every second must not do that every second. */
const SIZE_FRESH_MS = 5_000;

/** The service over a directory of clusters. */
export class LocalPostgres implements PostgresService {
  readonly #dir: string;
  readonly #context: ClusterContext;
  readonly #clusters = new Map<string, PostgresCluster>();
  readonly #creating = new Map<string, Promise<PostgresCluster>>();
  readonly #sizes = new Map<string, { readonly bytes: number; readonly at: number }>();

  private constructor(dir: string, context: ClusterContext) {
    this.#dir = dir;
    this.#context = context;
  }

  /** Reads what is in the directory, listens again, and adopts the servers that still run. */
  static async open(dir: string, context: ClusterContext): Promise<LocalPostgres> {
    const service = new LocalPostgres(dir, context);
    await Promise.all((await readdir(dir)).map((id) => service.#reopen(id)));
    return service;
  }

  async create(wanted: NewPostgresCluster): Promise<PostgresClusterStatus> {
    assert(ID_PATTERN.test(wanted.id), `${wanted.id} cannot be the id of a Postgres cluster`);
    const cluster = this.#clusters.get(wanted.id) ?? (await this.#createOnce(wanted));
    await cluster.start();
    return statusOf(cluster);
  }

  get(id: string): PostgresClusterStatus | null {
    const cluster = this.#clusters.get(id);
    return cluster === undefined ? null : statusOf(cluster);
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
    this.#sizes.delete(id);
    await cluster.destroy();
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
      await cluster.update({ logins: [...logins.filter(({ name }) => name !== user), login] });
    });
  }

  credentials(id: string, user: string): { readonly username: string; readonly password: string } | null {
    const login = this.#find(id).record.logins.find(({ name }) => name === user);
    return login === undefined ? null : { username: login.name, password: login.password };
  }

  async close(options: { readonly stop: boolean }): Promise<void> {
    await Promise.allSettled(this.#creating.values());
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
    const creation = PostgresCluster.create(
      join(this.#dir, wanted.id),
      {
        version: 1,
        id: wanted.id,
        databases: [wanted.database],
        logins: [{ name, role: 'schema_admin', password: randomPassword() }],
        adminPassword: null,
        isBootstrapped: false,
        createdAt: this.#context.clock.now(),
      },
      this.#context,
    )
      .then((cluster) => {
        this.#clusters.set(wanted.id, cluster);
        return cluster;
      })
      .finally(() => this.#creating.delete(wanted.id));
    this.#creating.set(wanted.id, creation);
    return creation;
  }

  async #reopen(id: string): Promise<void> {
    const dir = join(this.#dir, id);
    const record = await readClusterRecord(dir);
    // Killed before the record was written: nobody was told of this cluster.
    if (record === null) await rm(dir, { recursive: true, force: true });
    else this.#clusters.set(id, await PostgresCluster.reopen(dir, record, this.#context));
  }

  async #figuresOf(cluster: PostgresCluster): Promise<PostgresClusterFigures> {
    await cluster.refresh();
    const now = this.#context.clock.now();
    const known = this.#sizes.get(cluster.record.id);
    const isFresh = known !== undefined && now - known.at < SIZE_FRESH_MS;
    const bytes = isFresh ? known.bytes : await directorySize(cluster.dataDir);
    if (!isFresh) this.#sizes.set(cluster.record.id, { bytes, at: now });
    const memoryBytes = cluster.pid === null ? null : await memoryOfTree(cluster.pid);
    return { ...statusOf(cluster), memoryBytes, sizeBytes: bytes };
  }
}

function statusOf(cluster: PostgresCluster): PostgresClusterStatus {
  const { id, port, databases, logins, createdAt } = cluster.record;
  const users = logins.map(({ name, role }) => ({ name, role }));
  const { state, pid, connections } = cluster;
  return { id, state, pid, port, databases, users, connections, createdAt };
}
