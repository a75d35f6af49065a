import type { Client } from 'pg';
import type { PostgresMoment, PostgresService } from '../postgres/postgres-service.ts';
import type { NeonBranch, NeonDatabase, NeonEndpoint, NeonRole } from './records.ts';

/** The default of `suspend_timeout_seconds`. */
const DEFAULT_SUSPEND_SECONDS = 300;

/** A password that nobody knows any more is replaced by making its role anew. */
const ROLE = 'schema_admin';

/** What every role has that Neon itself makes: it may make roles and databases, and no row is hidden from it. */
const RIGHTS = 'createrole createdb bypassrls replication';

/** The Postgres servers behind branches and snapshots. */
export class NeonClusters {
  readonly #postgres: PostgresService;
  readonly #defaultIdleMs: number;

  constructor(postgres: PostgresService, defaultIdleMs: number = DEFAULT_SUSPEND_SECONDS * 1000) {
    this.#postgres = postgres;
    this.#defaultIdleMs = defaultIdleMs;
  }

  /** Null while there is none, or while it is being made. */
  find(clusterId: string): ReturnType<PostgresService['get']> {
    return this.#postgres.get(clusterId);
  }

  /** The first cluster of a project. */
  async create(branch: NeonBranch): Promise<void> {
    const [role, database] = [branch.roles[0], branch.databases[0]];
    if (role === undefined || database === undefined) throw new Error(`branch ${branch.id} has no database`);
    await this.#postgres.create({ id: branch.clusterId, database: database.name, user: role.name });
    await this.#giveRights(branch.clusterId, role.name);
  }

  /**
   * Makes `id` out of what `from` is now, or was at a moment of its past. Repeated, it finds what is there.
   */
  async copy(
    id: string,
    from: string,
    how: { at: PostgresMoment | null; isSchemaOnly: boolean },
  ): Promise<void> {
    if (this.#postgres.get(id) !== null) return;
    await this.#postgres.branch({
      id,
      from,
      ...(how.at === null ? {} : { at: how.at }),
      ...(how.isSchemaOnly ? { schemaOnly: true } : {}),
    });
  }

  /** The end of its log. */
  lsn(clusterId: string): Promise<string> {
    return this.#postgres.lsn(clusterId);
  }

  async start(clusterId: string): Promise<void> {
    await this.#postgres.start(clusterId);
  }

  async suspend(clusterId: string): Promise<void> {
    if (this.#postgres.get(clusterId) !== null) await this.#postgres.suspend(clusterId);
  }

  async destroy(clusterId: string): Promise<void> {
    await this.#postgres.destroy(clusterId);
  }

  /** Lets the server sleep as the branch's computes are set to, and keeps as much of its past as its project says. */
  async configure(
    clusterId: string,
    endpoints: readonly NeonEndpoint[],
    retentionSeconds: number,
  ): Promise<void> {
    if (this.#postgres.get(clusterId) === null) return;
    await this.#postgres.setRetention(clusterId, retentionSeconds * 1000);
    const seconds = endpoints.map((one) => one.suspendTimeoutSeconds);
    const idleMs = seconds.map((one) => (one === 0 ? this.#defaultIdleMs : one < 0 ? null : one * 1000));
    const longest = idleMs.includes(null) ? null : Math.max(0, ...idleMs.map((one) => one ?? 0));
    await this.#postgres.setIdle(clusterId, longest === 0 ? this.#defaultIdleMs : longest);
  }

  /** Null for a role without a password. */
  password(clusterId: string, role: string): string | null {
    if (this.#postgres.get(clusterId) === null) return null;
    return this.#postgres.credentials(clusterId, role)?.password ?? null;
  }

  /** Makes a login, or gives the one that exists a new password. */
  async setLogin(clusterId: string, role: string): Promise<void> {
    await this.#postgres.createUser(clusterId, role, ROLE);
    await this.#giveRights(clusterId, role);
  }

  /** Makes a role that nobody can log in as. */
  async addGroup(clusterId: string, database: string, role: string): Promise<void> {
    await this.admin(clusterId, database, async (client) => {
      await client.query(`create role ${client.escapeIdentifier(role)} nologin ${RIGHTS}`);
    });
  }

  async #giveRights(clusterId: string, role: string): Promise<void> {
    await this.admin(clusterId, 'postgres', async (client) => {
      await client.query(`alter role ${client.escapeIdentifier(role)} ${RIGHTS}`);
    });
  }

  /** Drops a role that owns nothing any more. */
  async dropLogin(clusterId: string, database: string, role: string): Promise<void> {
    await this.admin(clusterId, database, async (client) => {
      await client.query(`drop role if exists ${client.escapeIdentifier(role)}`);
    });
  }

  /** Runs SQL as superuser; the server is started if it has to be. */
  admin<T>(clusterId: string, database: string, work: (client: Client) => Promise<T>): Promise<T> {
    return this.#postgres.withAdmin(clusterId, database, work);
  }

  async createDatabase(clusterId: string, name: string, owner: string): Promise<void> {
    await this.#postgres.createDatabase(clusterId, name);
    await this.admin(clusterId, name, async (client) => {
      await client.query(
        `alter database ${client.escapeIdentifier(name)} owner to ${client.escapeIdentifier(owner)}`,
      );
    });
  }

  async changeDatabase(
    clusterId: string,
    before: string,
    after: { readonly name: string; readonly owner: string },
  ): Promise<void> {
    await this.admin(clusterId, 'postgres', async (client) => {
      const quote = (name: string): string => client.escapeIdentifier(name);
      // It cannot be renamed while somebody is connected.
      await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
        before,
      ]);
      if (after.name !== before)
        await client.query(`alter database ${quote(before)} rename to ${quote(after.name)}`);
      await client.query(`alter database ${quote(after.name)} owner to ${quote(after.owner)}`);
    });
  }

  async dropDatabase(clusterId: string, name: string): Promise<void> {
    await this.#postgres.dropDatabase(clusterId, name);
  }

  /** From when to when the past of a cluster can be had, in milliseconds since the Unix epoch. */
  window(clusterId: string): { readonly from: number; readonly to: number } {
    return this.#postgres.window(clusterId);
  }

  /** What of these roles and databases there is in a cluster, such as one made of the past. */
  async present(
    clusterId: string,
    known: { readonly roles: readonly NeonRole[]; readonly databases: readonly NeonDatabase[] },
  ): Promise<{ readonly roles: readonly NeonRole[]; readonly databases: readonly NeonDatabase[] }> {
    const first = this.#postgres.get(clusterId)?.databases[0] ?? 'postgres';
    return this.admin(clusterId, first, async (client) => {
      const roles = await client.query<{ name: string }>('select rolname as name from pg_roles');
      const databases = await client.query<{ name: string; owner: string }>(
        'select datname as name, pg_get_userbyid(datdba) as owner from pg_database',
      );
      const roleNames = new Set(roles.rows.map(({ name }) => name));
      const owners = new Map(databases.rows.map(({ name, owner }) => [name, owner]));
      return {
        roles: known.roles.filter(({ name }) => roleNames.has(name)),
        databases: known.databases.flatMap((one) => {
          const owner = owners.get(one.name);
          return owner === undefined ? [] : [{ ...one, owner }];
        }),
      };
    });
  }
}
