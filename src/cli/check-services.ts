import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PostgresService } from '../cloud/postgres/postgres-service.ts';
import type { CheckService, OpenCheckService } from '../checks/check-services.ts';
import { ToolError } from '../diagnostics/tool-error.ts';
import { systemClock } from '../util/clock.ts';

/** The directories of these servers; the number is that of the process that will remove them. */
const PREFIX = 'glidepath-check-';
const LEFT = /^glidepath-check-(\d+)-/;
const DATABASE = 'app_test';
const USER = 'app';
/** A cluster's name inside its directory, which is a check's alone. */
const CLUSTER = 'check';

/**
 * A Postgres server for one check: real, empty, and gone at the end with all it held. Its login may do everything, as
 * that of a server on a laptop may, for test frameworks make databases and extensions. What a killed process left is
 * removed first.
 */
export const openCheckService: OpenCheckService = async (service, signal) => {
  const [, major] = /^postgres(?::(\d+))?$/.exec(service) ?? [];
  await removeLeft();
  signal.throwIfAborted();
  const dir = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // The server may have to run as another user, who has to get to its data.
  await chmod(dir, 0o755);
  const postgres = await openPostgres(dir);
  const close = async (): Promise<void> => {
    await postgres.close({ stop: true });
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    return { env: await prepare(postgres, service, major ?? null), close };
  } catch (error) {
    await close();
    throw error;
  }
};

async function openPostgres(stateDir: string): Promise<PostgresService> {
  const { createPostgresService } = await import('../cloud/postgres/create-postgres-service.ts');
  return createPostgresService({
    stateDir,
    clock: systemClock,
    idleMs: null,
    retentionMs: 0,
    // Nobody misses what is lost with the power.
    settings: { fsync: false, maxConnections: 100 },
  });
}

async function prepare(
  postgres: PostgresService,
  service: string,
  major: string | null,
): Promise<CheckService['env']> {
  await postgres.create({ id: CLUSTER, database: DATABASE, user: USER });
  const version = await postgres.withAdmin(CLUSTER, DATABASE, async (client) => {
    await client.query(`alter role ${USER} superuser`);
    const { rows } = await client.query<{ major: string }>(
      "select (current_setting('server_version_num')::int / 10000)::text as major",
    );
    return rows[0]?.major ?? '';
  });
  if (major !== null && major !== version)
    throw new ToolError(
      'PROVIDER_NOT_SUPPORTED',
      `A check asks for ${service}, and here is Postgres ${version}.`,
      {
        hint: `Leave the version out (postgres()), or write postgres({ version: ${version} })`,
      },
    );
  const url = new URL(postgres.connectionUrl(CLUSTER));
  return {
    DATABASE_URL: url.href,
    PGHOST: url.hostname,
    PGPORT: url.port,
    PGUSER: decodeURIComponent(url.username),
    PGPASSWORD: decodeURIComponent(url.password),
    PGDATABASE: DATABASE,
  };
}

/** Servers of processes that were killed run on: they are ended, and their directories removed. */
async function removeLeft(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(LEFT.exec(name)?.[1]);
    if (!Number.isSafeInteger(pid) || isAlive(pid)) continue;
    const dir = join(tmpdir(), name);
    try {
      await (await openPostgres(dir)).close({ stop: true });
      await rm(dir, { recursive: true, force: true });
    } catch {
      // Somebody else's, or somebody else is at it.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
