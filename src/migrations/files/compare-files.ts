import { isSameVersion } from './compare-versions.ts';

/** The migration files of one database at one commit: path → sha256 of the content, in hex. */
export type MigrationChecksums = Readonly<Record<string, string>>;

/** The files of a release that became live. */
export interface RanFiles {
  readonly release: string;
  readonly commit: string;
  /** When it became live, milliseconds since the Unix epoch. */
  readonly at: number;
  readonly files: MigrationChecksums;
}

/** A file that ran, and the release that last ran it. */
export interface RanFile {
  readonly path: string;
  readonly release: string;
  readonly commit: string;
  readonly at: number;
}

/** How the files of a commit stand to those that ran. */
export interface FileComparison {
  /** Say something else than when they ran: what they say now would never run. */
  readonly edited: readonly RanFile[];
  /** Ran, and are not there any more. */
  readonly removed: readonly RanFile[];
  /** Ran under another name: the tool knows them by their names, and would run them again. */
  readonly renamed: readonly RenamedFile[];
  /** Never ran. */
  readonly added: readonly string[];
}

/** A file that ran, and what it is called now. */
export interface RenamedFile {
  readonly ran: RanFile;
  readonly path: string;
}

/** Of Flyway: run again whenever they change, so that they may. */
const REPEATABLE = /(^|\/)R__[^/]*$/;

/** Compares the files of a commit with those of all releases that ran, newest first. Each path counts as it last ran. */
export function compareFiles(now: MigrationChecksums, ran: readonly RanFiles[]): FileComparison {
  const last = new Map<string, RanFile & { readonly checksum: string }>();
  for (const { release, commit, at, files } of ran) {
    for (const [path, checksum] of Object.entries(files))
      if (!last.has(path)) last.set(path, { path, release, commit, at, checksum });
  }
  const edited: RanFile[] = [];
  const removed: RanFile[] = [];
  for (const { checksum, ...file } of last.values()) {
    const current = now[file.path];
    if (current === undefined) removed.push(file);
    else if (current !== checksum && !REPEATABLE.test(file.path)) edited.push(file);
  }
  const added = Object.keys(now)
    .filter((path) => !last.has(path))
    .toSorted();
  const renamed = removed.toSorted(byPath).flatMap((ran): readonly RenamedFile[] => {
    const checksum = last.get(ran.path)?.checksum;
    const path = added.find(
      (candidate) => now[candidate] === checksum && isOtherMigration(ran.path, candidate),
    );
    return path === undefined ? [] : [{ ran, path }];
  });
  return {
    edited: edited.toSorted(byPath),
    removed: removed.filter(({ path }) => !renamed.some(({ ran }) => ran.path === path)).toSorted(byPath),
    renamed,
    added: added.filter((path) => !renamed.some((file) => file.path === path)),
  };
}

/** Of Prisma and Diesel: the folder is the name. */
const NAMED_BY_FOLDER = /^(migration|up)\.sql$/;
/** Of Rails, Ecto and Flyway, which remember the version alone. */
const NAMED_BY_VERSION = /\.(rb|exs)$|^V[^/]*__/;

/** Whether a tool takes the two for different migrations. A file in another folder is the same to it. */
function isOtherMigration(one: string, other: string): boolean {
  const [first, second] = [nameOf(one), nameOf(other)];
  return first !== second && !(NAMED_BY_VERSION.test(first) && isSameVersion(first, second));
}

function nameOf(path: string): string {
  const parts = path.split('/');
  const file = parts.at(-1) ?? path;
  return NAMED_BY_FOLDER.test(file) ? (parts.at(-2) ?? file) : file;
}

/** Whether two sets of files are the same, to the byte. */
export function areSameFiles(one: MigrationChecksums, other: MigrationChecksums): boolean {
  const paths = Object.keys(one);
  return paths.length === Object.keys(other).length && paths.every((path) => one[path] === other[path]);
}

function byPath(one: RanFile, other: RanFile): number {
  return one.path < other.path ? -1 : one.path > other.path ? 1 : 0;
}
