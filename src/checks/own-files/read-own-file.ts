import type { Stats } from 'node:fs';
import { markOf } from '../../util/mark-of.ts';

/** The parts of `node:fs` that this takes: whoever has to be quick does not import it. */
type ReadingFs = Pick<typeof import('node:fs'), 'readFileSync' | 'openSync' | 'fstatSync' | 'closeSync'>;

/**
 * A file of a checkout, where it is the very one that was written here last; null otherwise, also where that is not known.
 * `records` is the directory of `ownFiles`. Never throws.
 */
export function readOwnFile(file: string, records: string, fs: ReadingFs): Buffer | null {
  try {
    const record = fs.readFileSync(recordOf(file, records), 'utf8');
    const open = fs.openSync(file, 'r');
    try {
      // Of what is read, and not of what may be put in its place meanwhile.
      return record === recordText(file, fs.fstatSync(open)) ? fs.readFileSync(open) : null;
    } finally {
      fs.closeSync(open);
    }
  } catch {
    return null;
  }
}

/** Where it is recorded what a file of a checkout, named by its absolute path, was when it was written here. */
export function recordOf(file: string, records: string): string {
  return `${records}/${markOf(file).toString(36)}`;
}

/** What a file is known by: nobody can choose its inode, or set the time of its last change. */
export function recordText(
  file: string,
  { size, mtimeMs, ctimeMs, ino, mode }: Pick<Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino' | 'mode'>,
): string {
  return `${file}\n${size} ${mtimeMs} ${ctimeMs} ${ino} ${mode}\n`;
}
