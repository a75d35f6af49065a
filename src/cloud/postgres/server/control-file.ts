import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the fields are in Postgres 18's `pg_control` (PostgreSQL source, ControlFileData and CheckPoint). */
const CHECKPOINT_AT = 32;
const REDO_AT = 40;

/** What a data directory says of itself while no server runs on it. */
export interface ControlFile {
  /** Where the last checkpoint stands in the log: of a server that was stopped, its end. */
  readonly checkpoint: string;
  /** From where a server on it reads the log. */
  readonly redo: string;
}

/** Reads `pg_control`. */
export async function readControlFile(dataDir: string): Promise<ControlFile> {
  const bytes = await readFile(join(dataDir, 'global', 'pg_control'));
  // In the order of the processor's bytes; all that Postgres is brought for here have the same.
  return { checkpoint: lsnAt(bytes, CHECKPOINT_AT), redo: lsnAt(bytes, REDO_AT) };
}

function lsnAt(bytes: Buffer, at: number): string {
  const hex = (value: number): string => value.toString(16).toUpperCase();
  return `${hex(bytes.readUInt32LE(at + 4))}/${hex(bytes.readUInt32LE(at))}`;
}
