import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { createPostgresService } from '../../src/cloud/postgres/create-postgres-service.ts';
import type { PostgresService } from '../../src/cloud/postgres/postgres-service.ts';
import { systemClock } from '../../src/util/clock.ts';

/** One real server for the tests of a file, with as many databases as they want. */
export interface PostgresRig extends AsyncDisposable {
  readonly service: PostgresService;
  /** The URL of a new, empty database. */
  database(): Promise<string>;
}

/** Starts a server in a directory of its own; it is ended and removed on disposal. */
export async function postgresRig(): Promise<PostgresRig> {
  const dir = await mkdtemp(join(tmpdir(), 'glidepath-postgres-'));
  await chmod(dir, 0o755);
  const service = await createPostgresService({
    stateDir: dir,
    clock: systemClock,
    idleMs: null,
    // Nobody cuts its power.
    settings: { fsync: false },
  });
  await service.create({ id: 'main', database: 'main', user: 'keeper' });
  let made = 0;
  return {
    service,
    async database() {
      made += 1;
      const database = `db${made}`;
      await service.createDatabase('main', database);
      return service.connectionUrl('main', { user: 'keeper', database });
    },
    async [Symbol.asyncDispose]() {
      await service.close({ stop: true });
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A connection that is held open by a test. */
export interface Session extends AsyncDisposable {
  readonly client: Client;
  readonly pid: number;
  query(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** Opens a session by the name that others see in pg_stat_activity. */
export async function openSession(url: string, applicationName = 'a test'): Promise<Session> {
  const client = new Client({ connectionString: url, application_name: applicationName });
  // A backend that is ended by a test breaks its connection.
  client.on('error', () => undefined);
  await client.connect();
  const query: Session['query'] = async (sql, values) =>
    (await client.query<Record<string, unknown>>(sql, [...(values ?? [])])).rows;
  const [row] = await query('select pg_backend_pid() as pid');
  return {
    client,
    pid: Number(row?.['pid']),
    query,
    async [Symbol.asyncDispose]() {
      await client.end().catch(() => undefined);
    },
  };
}

/** Asks again until the answer holds; fails after `withinMs`. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  withinMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not so after ${withinMs} ms: ${condition.toString()}`);
    await systemClock.sleep(5);
  }
}
