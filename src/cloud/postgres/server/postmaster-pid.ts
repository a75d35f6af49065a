/** What a running Postgres writes into `postmaster.pid` (miscadmin.h, LOCK_FILE_LINE_*). */
export interface PostmasterPid {
  readonly pid: number;
  readonly dataDir: string;
  /** Accepts connections. */
  readonly ready: boolean;
}

/** Reads the text of a `postmaster.pid`; null when it is not (yet) a whole one. */
export function parsePostmasterPid(text: string): PostmasterPid | null {
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  const dataDir = lines[1];
  if (!Number.isInteger(pid) || pid <= 0 || dataDir === undefined || dataDir === '') return null;
  return { pid, dataDir, ready: lines[7]?.trim() === 'ready' };
}
