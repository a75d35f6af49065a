import { compareFiles } from '../../migrations/files/compare-files.ts';
import { touchedTables } from '../../migrations/files/touched-tables.ts';
import { ranFiles } from '../migration-files.ts';
import { migrationsInProgress, type StepScope } from '../step-scope.ts';

/** As much of an environment's history as is compared with: years of it. */
const HISTORY_LIMIT = 1_000;

/** A file of the commit. */
export interface CommitFile {
  readonly path: string;
  readonly text: string;
}

/** The migration files of a database, with their texts. */
export async function filesOfMigration(
  { deps, input }: StepScope,
  paths: readonly string[],
): Promise<readonly CommitFile[]> {
  const files = (await deps.source.filesOf(input.commit)).filter((file) => paths.includes(file.path));
  const contents = await deps.source.contents(files.map((file) => file.blob));
  return files.map(({ path, blob }) => ({ path, text: contents.get(blob)?.toString() ?? '' }));
}

/**
 * The tables that the files which never ran here will lock. Null where that is not known: no file was found, one is not
 * SQL, or it says something of which the text does not tell.
 */
export async function tablesOfMigration(
  scope: StepScope,
  database: string,
): Promise<readonly string[] | null> {
  const { deps, input } = scope;
  const now = migrationsInProgress(scope)?.[database] ?? {};
  if (Object.keys(now).length === 0) return null;
  const { history } = deps;
  const entries = history.entries(input.environment.name, HISTORY_LIMIT);
  const ran = ranFiles(entries, database, history.ranOnDatabase(input.environment.name, database));
  // Where nothing is known of what ran, every file is new, and most of them ran long ago.
  if (ran.length === 0) return null;
  const { added } = compareFiles(now, ran);
  if (!added.every((path) => path.endsWith('.sql'))) return null;
  const files = await filesOfMigration(scope, added);
  return touchedTables(files.map(({ text }) => text));
}
