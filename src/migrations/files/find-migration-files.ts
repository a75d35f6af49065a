import { compareVersions } from './compare-versions.ts';
import { journalOrder } from './journal-order.ts';
import { matchesFilePattern } from './matches-file-pattern.ts';
import { MIGRATION_PLACES, type MigrationTool } from './migration-place.ts';

/** One file that changes a database. */
export interface MigrationFile {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  /** The folder whose files are ordered among themselves; empty: the root. */
  readonly group: string;
  /** By what it is ordered there: its own name, or that of the folder it has to itself. */
  readonly name: string;
  /** What it is written for, as far as its place says. */
  readonly tool: MigrationTool;
  /** Whether it is SQL; else it is code that makes SQL only when it runs, which `glidepath db probe` sees and nothing else. */
  readonly isSql: boolean;
}

/** Folders with other people's files. */
const NOT_OURS = /(^|\/)(node_modules|vendor|deps|_build|dist|\.[^/]+)\//;

/** What undoes a migration, and what a tool keeps for itself beside them. */
const NOT_FORWARD = /((^|[/._-])down\.sql|\.undo\.sql|(^|\/)U[^/]*__[^/]*\.sql|(^|\/)meta\/[^/]+\.sql)$/i;

const CODE = /\.(exs|rb|py|(c|m)?(js|ts))$/;

/**
 * The migration files among all paths of a repository, in the order in which they are run: folder by folder, within one
 * by the number in front of the name, then by the name; Drizzle's by the journal where `texts` has it. `patterns` say
 * which they are; without any they are looked for in the places that tools use. Paths are from the root, with `/`.
 */
export function findMigrationFiles(
  paths: readonly string[],
  patterns: readonly string[],
  /** Texts of Drizzle's `meta/_journal.json`, by path; only their order is taken. */
  texts: Readonly<Record<string, string>> = {},
): readonly MigrationFile[] {
  const found = patterns.length === 0 ? inKnownPlaces(paths) : byPatterns(paths, patterns);
  const journal = journalOrder(texts);
  return [...found].sort(
    (one, other) =>
      compareText(one.group, other.group) ||
      (journal.get(one.path) ?? Infinity) - (journal.get(other.path) ?? Infinity) ||
      compareVersions(one.name, other.name),
  );
}

/** Which of all paths `findMigrationFiles` wants to have the text of. */
export function isMigrationJournal(path: string): boolean {
  return /(^|\/)meta\/_journal\.json$/.test(path) && !NOT_OURS.test(path);
}

function inKnownPlaces(paths: readonly string[]): readonly MigrationFile[] {
  const drizzle = paths.filter(isMigrationJournal).map((path) => path.slice(0, -'meta/_journal.json'.length));
  return paths.flatMap((path) => {
    if (NOT_OURS.test(path) || NOT_FORWARD.test(path)) return [];
    const isDrizzle = path.endsWith('.sql') && drizzle.includes(path.slice(0, path.lastIndexOf('/') + 1));
    if (isDrizzle) return [toFile(path, 'drizzle', true)];
    const place = MIGRATION_PLACES.find((each) => each.path.test(path));
    return place === undefined ? [] : [toFile(path, place.tool, place.isSql)];
  });
}

/** What a pattern names is taken for a migration wherever it lies, if it is SQL or code of one. */
function byPatterns(paths: readonly string[], patterns: readonly string[]): readonly MigrationFile[] {
  const isMeant = (path: string): boolean => {
    const fitting = patterns.filter((pattern) => matchesFilePattern(pattern, path));
    // A way back counts only where somebody wrote its very name.
    return fitting.length > 0 && (!NOT_FORWARD.test(path) || fitting.includes(path));
  };
  return paths.flatMap((path) => {
    const isSql = path.endsWith('.sql');
    if (!(isSql || CODE.test(path)) || !isMeant(path)) return [];
    const place = MIGRATION_PLACES.find((each) => each.path.test(path));
    return [toFile(path, place?.tool ?? (isSql ? 'sql' : 'javascript'), isSql)];
  });
}

/** Names of files that say nothing: the folder around them is the migration. */
const OWN_FOLDER = /^(migration|up)\.sql$/;

function toFile(path: string, tool: MigrationTool, isSql: boolean): MigrationFile {
  const parts = path.split('/');
  const depth = OWN_FOLDER.test(parts.at(-1) ?? '') && parts.length > 1 ? -2 : -1;
  return { path, group: parts.slice(0, depth).join('/'), name: parts.at(depth) ?? path, tool, isSql };
}

/** By code units: the same on every machine, whatever its language. */
function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
