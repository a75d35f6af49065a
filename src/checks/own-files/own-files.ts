import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { readOwnFile, recordOf, recordText } from './read-own-file.ts';

/**
 * Files in a checkout that save time, and that are believed only as this machine and user wrote them. A branch can bring
 * any file along, whatever is in it.
 */
export interface OwnFiles {
  /** The file, where it is the very one that was written here last; null otherwise. */
  read(file: string): Buffer | null;
  /** Writes it whole or not at all; where it cannot be written (false) the time is not saved, and nothing else happens. */
  write(file: string, content: string | Uint8Array): boolean;
  /** Right after a file was written apart and renamed to its place: from now on it is believed. `ino` is its inode. */
  claim(file: string, ino: number): void;
}

/**
 * Keeps beside the key of this machine, outside of every checkout, what each file was when it was written: its inode and
 * the time of its last change, which nobody can set. So nothing has to be secret, and neither a copy of a file is
 * believed nor what git has put in its place. `records` is a directory; null: nothing is written, and nothing believed.
 */
export function ownFiles(records: string | null): OwnFiles {
  if (records === null) return { read: () => null, write: () => false, claim: () => undefined };
  const claim = (file: string, ino: number): void => {
    try {
      const stats = lstatSync(file);
      // Another process has put its own there since, and says so itself.
      if (stats.ino === ino) keepRecord(records, file, recordText(file, stats));
    } catch {
      // It is not believed then.
    }
  };
  return {
    read: (file) => readOwnFile(file, records, fs),
    write(file, content) {
      const ino = writeWhole(file, content);
      if (ino === null) return false;
      claim(file, ino);
      return true;
    },
    claim,
  };
}

/** The inode of the file that was written; null where it could not be. */
function writeWhole(file: string, content: string | Uint8Array): number | null {
  const scratch = `${file}.${randomUUID()}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    const open = openSync(scratch, 'wx', 0o600);
    try {
      writeFileSync(open, content);
      renameSync(scratch, file);
      return fstatSync(open).ino;
    } finally {
      closeSync(open);
    }
  } catch {
    rmSync(scratch, { force: true });
    return null;
  }
}

/** Not written apart: half a record is one of no file. */
function keepRecord(records: string, file: string, text: string): void {
  const record = recordOf(file, records);
  if (lstatSync(record, { throwIfNoEntry: false }) === undefined) {
    mkdirSync(records, { recursive: true, mode: 0o700 });
    forgetTheGone(records);
  }
  writeFileSync(record, text, { mode: 0o600 });
}

/** Checkouts come and go, and records of those that are gone would stay for ever. Only when there is a new one. */
function forgetTheGone(records: string): void {
  for (const name of readdirSync(records)) {
    const record = join(records, name);
    const [file = ''] = readFileSync(record, 'utf8').split('\n', 1);
    if (lstatSync(file, { throwIfNoEntry: false }) === undefined) rmSync(record, { force: true });
  }
}
