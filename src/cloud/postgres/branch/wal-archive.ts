import { copyFile, link, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { ClusterHistory, ClusterRecord, WalArchive } from '../cluster/cluster-record.ts';
import { isTimelineHistory, segmentOfFile } from './wal-segments.ts';

/** Where archived log is, by the name of the archive. */
export function archiveDir(stateDir: string, name: string): string {
  return join(stateDir, 'wal', name);
}

/** The archive that the cluster itself writes to. */
export function ownArchive(record: ClusterRecord): string {
  const own = record.history.archives.at(-1);
  if (own === undefined) throw new Error(`${record.id} has no archive`);
  return own.name;
}

/** The numbers of the segments in a directory of log; empty when there is no such directory. */
export async function segmentsIn(dir: string): Promise<Set<number>> {
  const names = await readdir(dir).catch(() => []);
  return new Set(names.map(segmentOfFile).filter((segment) => segment !== null));
}

/** What another cluster inherits of the archives when its own log begins with segment `from`. */
export function archivesUntil(history: ClusterHistory, from: number, own: WalArchive): readonly WalArchive[] {
  const inherited = history.archives.map(({ name, until }) => ({
    name,
    until: Math.min(until ?? from, from),
  }));
  return [...inherited, own];
}

/** What log to put together, and where. */
export interface LogCollection {
  readonly stateDir: string;
  readonly history: ClusterHistory;
  /** Of the cluster whose history it is: what it has not archived yet is taken from there. */
  readonly liveDir: string;
  /** A `pg_wal` whose server never writes into these files. */
  readonly to: string;
  readonly first: number;
  readonly last: number;
}

/**
 * Puts the log from one segment to another into a `pg_wal`: what is archived as a second name of the same file, the rest as
 * a copy. Returns the first segment that was not archived. Throws `CLOUD_POSTGRES_FAILED` when some of it is missing.
 */
export async function collectLog(collection: LogCollection): Promise<number> {
  const { stateDir, history, liveDir, to, first, last } = collection;
  await mkdir(join(to, 'archive_status'), { recursive: true, mode: 0o700 });
  const taken = new Set<string>();
  const wanted = async (dir: string, until: number): Promise<string[]> => {
    const names = await readdir(dir).catch(() => []);
    return names.filter((name) => {
      const segment = segmentOfFile(name);
      if (segment === null) return isTimelineHistory(name);
      return segment >= first && segment <= last && segment < until;
    });
  };
  const linkFrom = async (dir: string, names: readonly string[]): Promise<void> => {
    for (const name of names) if (await linkSegment(join(dir, name), join(to, name))) taken.add(name);
  };
  for (const { name, until } of history.archives) {
    const dir = archiveDir(stateDir, name);
    await linkFrom(dir, await wanted(dir, until ?? last + 1));
  }
  const live = (await wanted(liveDir, last + 1)).filter((name) => !taken.has(name));
  const gone: string[] = [];
  for (const name of live) {
    if (await copySegment(join(liveDir, name), join(to, name))) taken.add(name);
    else gone.push(name);
  }
  // Archived and removed between the two looks.
  await linkFrom(archiveDir(stateDir, history.archives.at(-1)?.name ?? ''), gone);
  ensureWhole(taken, collection);
  return Math.min(last + 1, ...live.map((name) => segmentOfFile(name) ?? last + 1));
}

function ensureWhole(names: ReadonlySet<string>, { stateDir, first, last }: LogCollection): void {
  const found = new Set([...names].map(segmentOfFile));
  const missing = Array.from({ length: last - first + 1 }, (_, index) => first + index).filter(
    (segment) => !found.has(segment),
  );
  if (missing.length === 0) return;
  throw new ToolError('CLOUD_POSTGRES_FAILED', 'The log from which a local Postgres is restored has a gap.', {
    hint: `Restore to a later time. ${missing.length} of its files are missing in ${join(stateDir, 'wal')}`,
  });
}

/** In place of one with that name: of the same segment in several archives, the later one is the cluster's. */
async function linkSegment(from: string, to: string): Promise<boolean> {
  await rm(to, { force: true });
  const isThere = await unlessGone(link(from, to));
  // Archived it is already, and must not be once more.
  if (isThere) await writeFile(join(dirname(to), 'archive_status', `${basename(to)}.done`), '');
  return isThere;
}

/** A live one is renamed or removed when it is archived and old; it never shrinks. */
function copySegment(from: string, to: string): Promise<boolean> {
  return unlessGone(copyFile(from, to));
}

async function unlessGone(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
