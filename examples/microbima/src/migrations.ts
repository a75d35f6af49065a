import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { ClientBase } from 'pg';
import { sqlStatements } from './sql-statements.ts';

/** One migration file. */
export interface MigrationFile {
  readonly name: string;
  readonly sql: string;
  /** Of the whole file; what was applied must never change. */
  readonly checksum: string;
}

/** What a migration cannot go on after: the file, the statement where there is one, and the reason. */
export class MigrationProblem extends Error {
  override readonly name: string = 'MigrationProblem';
}

/** Any number, as long as nobody else uses it: one migration at a time, whoever starts it. */
const ADVISORY_LOCK = 4_216_005;

/** A migration that waits for a busy table makes every later query of that table wait too. */
const LOCK_TIMEOUT = '5s';

/** The migration files of a folder, in the order of their names. */
export async function readMigrations(folder: URL): Promise<MigrationFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, folder), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * Applies what is new, each file in a transaction of its own. Returns the names applied. Rejects with a
 * {@link MigrationProblem} and leaves the failing file's changes out; the files before it stay.
 */
export async function applyMigrations(
  client: ClientBase,
  files: readonly MigrationFile[],
  say: (line: string) => void,
): Promise<string[]> {
  await client.query('select pg_advisory_lock($1)', [ADVISORY_LOCK]);
  try {
    await client.query(`create table if not exists schema_migrations (
      name text primary key, checksum text not null, applied_at timestamptz not null default now())`);
    const { rows } = await client.query<{ name: string; checksum: string }>(
      'select name, checksum from schema_migrations',
    );
    const applied = new Map(rows.map((row) => [row.name, row.checksum]));
    refuseEdited(files, applied);
    const fresh = files.filter((file) => !applied.has(file.name));
    for (const file of fresh) await applyOne(client, file, say);
    return fresh.map((file) => file.name);
  } finally {
    await client.query('select pg_advisory_unlock($1)', [ADVISORY_LOCK]).catch(() => {});
  }
}

function refuseEdited(files: readonly MigrationFile[], applied: ReadonlyMap<string, string>): void {
  for (const file of files) {
    const checksum = applied.get(file.name);
    if (checksum !== undefined && checksum !== file.checksum) {
      throw new MigrationProblem(
        `${file.name} was edited after it was applied. Put it back as it was and write a new file.`,
      );
    }
  }
}

async function applyOne(client: ClientBase, file: MigrationFile, say: (line: string) => void): Promise<void> {
  const startedAt = performance.now();
  await client.query('begin');
  try {
    await client.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
    for (const statement of sqlStatements(file.sql)) await runStatement(client, file, statement);
    await client.query('insert into schema_migrations (name, checksum) values ($1, $2)', [
      file.name,
      file.checksum,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
  say(`applied ${file.name} in ${Math.round(performance.now() - startedAt)} ms`);
}

async function runStatement(client: ClientBase, file: MigrationFile, statement: string): Promise<void> {
  try {
    await client.query(statement);
  } catch (error) {
    throw new MigrationProblem(`${file.name} failed: ${(error as Error).message}\n  in: ${statement}`, {
      cause: error,
    });
  }
}
