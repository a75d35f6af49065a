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
  /** Never ran. */
  readonly added: readonly string[];
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
  return {
    edited: edited.toSorted(byPath),
    removed: removed.toSorted(byPath),
    added: Object.keys(now)
      .filter((path) => !last.has(path))
      .toSorted(),
  };
}

/** Whether two sets of files are the same, to the byte. */
export function areSameFiles(one: MigrationChecksums, other: MigrationChecksums): boolean {
  const paths = Object.keys(one);
  return paths.length === Object.keys(other).length && paths.every((path) => one[path] === other[path]);
}

function byPath(one: RanFile, other: RanFile): number {
  return one.path < other.path ? -1 : one.path > other.path ? 1 : 0;
}
