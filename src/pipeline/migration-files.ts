import { createHash } from 'node:crypto';
import type { ResolvedEnvironment } from '../config/resolved.ts';
import type { RanFiles } from '../migrations/files/compare-files.ts';
import { findMigrationFiles } from '../migrations/files/find-migration-files.ts';
import { migratedDatabases } from '../plan/steps/migrations-of.ts';
import type { HistoryEntry } from './history.ts';
import type { Source } from './pipeline-deps.ts';
import type { MigrationRecord } from './release.ts';

/** The migration files of every database that an environment migrates, as they are at a commit. */
export async function migrationFilesOf(
  source: Source,
  environment: ResolvedEnvironment,
  commit: string,
): Promise<MigrationRecord> {
  const migrated = migratedDatabases(environment.databases, environment.apps);
  if (migrated.length === 0) return {};
  const files = await source.filesOf(commit);
  const blobOf = new Map(files.map(({ path, blob }) => [path, blob]));
  const paths = [...blobOf.keys()];
  const found = migrated.map(({ database, migrations }) => {
    const own = migrations.flatMap(({ migrate }) =>
      findMigrationFiles(paths, migrate.files).map(({ path }) => path),
    );
    return { database: database.name, paths: [...new Set(own)].toSorted() };
  });
  const wanted = found.flatMap((each) => each.paths.map((path) => blobOf.get(path) ?? ''));
  const contents = await source.contents(wanted);
  const checksumOf = (path: string): string =>
    createHash('sha256')
      .update(contents.get(blobOf.get(path) ?? '') ?? '')
      .digest('hex');
  return Object.fromEntries(
    found.map((each) => [
      each.database,
      Object.fromEntries(each.paths.map((path) => [path, checksumOf(path)])),
    ]),
  );
}

/** What ran on the data of a database, newest first; `counts` says of a moment whether it did. A rollback runs nothing. */
export function ranFiles(
  entries: readonly HistoryEntry[],
  database: string,
  counts: (at: number) => boolean,
): readonly RanFiles[] {
  return entries.flatMap(({ release, at, migrations }) => {
    const files = migrations?.[database];
    return files === undefined || !counts(at)
      ? []
      : [{ release: release.id, commit: release.commit, at, files }];
  });
}
