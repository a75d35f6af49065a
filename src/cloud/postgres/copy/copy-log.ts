import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assert } from '../../../util/assert.ts';
import { isTimelineHistory, segmentOfFile } from '../branch/wal-segments.ts';

/** Which log to copy. */
export interface LogCopy {
  /** The `pg_wal` of a server that may be running. */
  readonly pgWal: string;
  /** Where that server archives it; null: nowhere, and then something else keeps what is copied from going away. */
  readonly archiveDir: string | null;
  readonly to: string;
  /** Segments by number, the last one included; infinite: all from the first on. */
  readonly first: number;
  readonly last: number;
}

/** Copies segments of a server's log, and what says how timelines follow one another. */
export async function copyLog({ pgWal, archiveDir, to, first, last }: LogCopy): Promise<void> {
  const archived = archiveDir === null ? [] : await readdir(archiveDir).catch(() => []);
  const names = new Set([...(await readdir(pgWal)), ...archived].filter(isWanted));
  for (const name of names) {
    const content =
      (archiveDir === null ? null : await readWhole(join(archiveDir, name))) ??
      (await readSteady(join(pgWal, name))) ??
      // Archived, and used again for new log, since we looked.
      (archiveDir === null ? null : await readWhole(join(archiveDir, name)));
    assert(content !== null, `segment ${name} is in the log or in the archive`);
    await writeFile(join(to, name), content, { mode: 0o600 });
  }

  function isWanted(name: string): boolean {
    const segment = segmentOfFile(name);
    return segment === null ? isTimelineHistory(name) : segment >= first && segment <= last;
  }
}

/** Null when there is no such file. */
async function readWhole(path: string): Promise<Buffer | null> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

/** Null as well when it got another name while it was read: then its content was no longer what the name said. */
async function readSteady(path: string): Promise<Buffer | null> {
  const before = await stat(path).catch(() => null);
  const content = await readWhole(path);
  const after = await stat(path).catch(() => null);
  return before !== null && before.ino === after?.ino ? content : null;
}
