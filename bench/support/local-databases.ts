import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { createPostgresService } from '../../src/cloud/postgres/create-postgres-service.ts';
import type { PostgresService } from '../../src/cloud/postgres/postgres-service.ts';
import { systemClock } from '../../src/util/clock.ts';

const MB = 1024 * 1024;
/** Of about a kilobyte each; so many go into one statement. */
const ROWS_AT_ONCE = 50_000;

/** Local Postgres in a directory of its own, gone with all servers at the end. */
export class LocalDatabases {
  readonly dir: string;
  readonly service: PostgresService;

  private constructor(dir: string, service: PostgresService) {
    this.dir = dir;
    this.service = service;
  }

  /** `parent`: on which disk. `idleMs`: after what time servers are suspended; null: never. */
  static async in(parent: string = tmpdir(), idleMs: number | null = null): Promise<LocalDatabases> {
    const dir = mkdtempSync(join(parent, 'glidepath-bench-'));
    chmodSync(dir, 0o755);
    return new LocalDatabases(
      dir,
      await createPostgresService({ stateDir: dir, clock: systemClock, idleMs }),
    );
  }

  /** Makes a cluster whose database has at least so many megabytes, all written out. */
  async fill(id: string, megabytes: number): Promise<void> {
    await this.service.create({ id, database: 'main' });
    const client = new Client(this.service.connectionUrl(id));
    await client.connect();
    await client.query('create table bulk (n int, filler text)');
    for (;;) {
      const { rows } = await client.query<{ size: string }>(
        'select pg_database_size(current_database()) as size',
      );
      const missing = megabytes * MB - Number(rows[0]?.size);
      if (missing <= 0) break;
      const count = Math.min(ROWS_AT_ONCE, Math.ceil(missing / 1_000));
      await client.query(
        'insert into bulk select n, repeat(md5(n::text), 30) from generate_series(1, $1) n',
        [count],
      );
    }
    await client.end();
    await this.service.withAdmin(id, 'postgres', (admin) => admin.query('checkpoint'));
  }

  /** Where a cluster's files are. */
  dataDir(id: string): string {
    return join(this.dir, 'clusters', id, 'data');
  }

  /** One statement on a connection of its own. */
  async query(id: string, sql: string): Promise<Record<string, unknown>[]> {
    const client = new Client(this.service.connectionUrl(id));
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service.close({ stop: true });
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Milliseconds that something takes, begun with nothing left to be written to the disk. */
export async function timed(work: () => unknown): Promise<number> {
  execFileSync('sync');
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The one in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
