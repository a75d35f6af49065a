import { ToolError } from '../diagnostics/tool-error.ts';

/** SQLite's primary result codes that say something to a person: https://www.sqlite.org/rescode.html */
const BUSY = 5;
const LOCKED = 6;
const READ_ONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;
/** Extended: the shared-memory file could not grow, which is how a full disk shows first in WAL mode. */
const IO_ERROR_SHM_SIZE = 4874;
/** Extended: a unique index was breached. */
const CONSTRAINT_UNIQUE = 2067;

/** Whether a unique index refused the write. */
export function isUniqueBreach(error: unknown): boolean {
  return errcodeOf(error) === CONSTRAINT_UNIQUE;
}

/** An SQLite failure as a ToolError that names the file; anything else is returned as it is. */
export function sqliteError(error: unknown, file: string): unknown {
  const errcode = errcodeOf(error);
  if (errcode === null) return error;
  const detail = error instanceof Error ? error.message : String(error);
  if (errcode === IO_ERROR_SHM_SIZE || (errcode & 0xff) === FULL) {
    return new ToolError('STORE_DISK_FULL', `The disk of ${file} is full: ${detail}.`, {
      hint: 'Free some space and resume the run: glidepath run resume; nothing recorded is lost.',
      cause: error,
    });
  }
  switch (errcode & 0xff) {
    case BUSY:
    case LOCKED:
      return new ToolError('STORE_BUSY', `Another process keeps ${file} locked.`, {
        hint: 'Look for a stopped or hanging glidepath process, end it, and run the command again.',
        cause: error,
        retry: 'safe',
      });
    case CORRUPT:
    case NOT_A_DATABASE:
      return new ToolError('STORE_UNREADABLE', `${file} is damaged: ${detail}.`, {
        hint: 'Move the file away and run the command again; what is deployed is read from the platforms.',
        cause: error,
      });
    case READ_ONLY:
    case CANNOT_OPEN:
    case IO_ERROR:
      return new ToolError('STORE_UNREADABLE', `${file} cannot be read or written: ${detail}.`, {
        hint: `Check that the file and its directory exist and belong to you: ls -l ${file}`,
        cause: error,
      });
    default:
      return error;
  }
}

function errcodeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode : null;
}
