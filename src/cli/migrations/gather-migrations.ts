import { readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { migratedDatabases } from '../../plan/steps/migrations-of.ts';
import type { ResolvedDatabase, ResolvedProject } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import {
  findMigrationFiles,
  isMigrationJournal,
  type MigrationFile,
} from '../../migrations/files/find-migration-files.ts';
import { MIGRATION_PLACES } from '../../migrations/files/migration-place.ts';
import { listPaths } from './list-paths.ts';

/** Migrations that run on one database, one after the other. */
export interface MigrationSet {
  /** Null: no project says which. */
  readonly database: ResolvedDatabase | null;
  /** All of them, in their order; paths are from the set's root. */
  readonly files: readonly MigrationFile[];
  /** Which of them are asked about; the others are read for what they make. */
  readonly asked: ReadonlySet<string>;
}

/** Where to look, and for what. */
export interface GatherOptions {
  readonly cwd: string;
  /** Files or folders that were named. */
  readonly named: readonly string[];
  /** Null: there is no config. */
  readonly project: ResolvedProject | null;
  /** The folder of the config; without one, where the command runs. */
  readonly root: string;
  /** Null: of all environments. */
  readonly environment: string | null;
}

/** The migrations of a project, or those that were named. Throws CLI_USAGE for a name that is none. */
export async function gatherMigrations(options: GatherOptions): Promise<readonly MigrationSet[]> {
  const databases = databasesOf(options);
  if (options.named.length > 0) return [await namedSet(options, databases[0]?.database ?? null)];
  const paths = await listPaths(options.root);
  const texts = Object.fromEntries(
    paths.filter(isMigrationJournal).map((path) => [path, readFileSync(join(options.root, path), 'utf8')]),
  );
  const wanted = databases.length === 0 ? [{ database: null, patterns: [] }] : databases;
  return wanted.map(({ database, patterns }) => {
    const files = findMigrationFiles(paths, patterns, texts);
    return { database, files, asked: new Set(files.map((file) => file.path)) };
  });
}

interface MigratedDatabase {
  readonly database: ResolvedDatabase;
  readonly patterns: readonly string[];
}

/** Each database once, though it is in several environments: those with other files are other databases to us. */
function databasesOf({ project, environment }: GatherOptions): readonly MigratedDatabase[] {
  const known = new Map<string, MigratedDatabase>();
  for (const each of project?.environments ?? []) {
    if (environment !== null && each.name !== environment) continue;
    for (const { database, migrations } of migratedDatabases(each.databases, each.apps)) {
      const patterns = migrations.flatMap(({ migrate }) => migrate.files);
      const key = JSON.stringify([database.name, patterns]);
      if (!known.has(key)) known.set(key, { database, patterns });
    }
  }
  return [...known.values()];
}

async function namedSet(options: GatherOptions, database: ResolvedDatabase | null): Promise<MigrationSet> {
  const { cwd, named, root } = options;
  const files: MigrationFile[] = [];
  const asked = new Set<string>();
  for (const name of named) {
    const path = resolve(cwd, name);
    const kind = statSync(path, { throwIfNoEntry: false });
    if (kind === undefined) throw noFile(name);
    const found = kind.isDirectory() ? await inFolder(root, path) : await withEarlier(root, path);
    for (const file of found) {
      if (files.some((other) => other.path === file.path)) continue;
      files.push(file);
    }
    for (const file of kind.isDirectory() ? found : found.slice(-1)) asked.add(file.path);
  }
  return { database, files, asked };
}

async function inFolder(root: string, folder: string): Promise<readonly MigrationFile[]> {
  const paths = await listPaths(folder);
  const found = findMigrationFiles(paths, ['**']);
  const prefix = slashed(relative(root, folder));
  return found.map((file) => ({ ...file, path: prefix === '' ? file.path : `${prefix}/${file.path}` }));
}

/** A file that lies among migrations, after those in front of it: they say what its tables are. */
async function withEarlier(root: string, file: string): Promise<readonly MigrationFile[]> {
  const path = slashed(relative(root, file));
  const own = findMigrationFiles([path], [path])[0] ?? plainFile(path);
  if (!MIGRATION_PLACES.some((place) => place.path.test(path)) || path.startsWith('../')) return [own];
  const folder = dirname(dirname(file));
  const all = findMigrationFiles(
    (await listPaths(folder)).map((each) => slashed(relative(root, join(folder, each)))),
    [],
  ).filter((each) => each.group === own.group);
  const at = all.findIndex((each) => each.path === path);
  return at === -1 ? [own] : all.slice(0, at + 1);
}

/** Something with another ending, that somebody named all the same: it is taken for SQL. */
function plainFile(path: string): MigrationFile {
  const parts = path.split('/');
  return { path, group: parts.slice(0, -1).join('/'), name: parts.at(-1) ?? path, tool: 'sql', isSql: true };
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}

function noFile(name: string): ToolError {
  return new ToolError('CLI_USAGE', `There is no file ${name}.`, {
    hint: 'Name files or folders of migrations, or none for all of the project: glidepath db lint --help',
  });
}
