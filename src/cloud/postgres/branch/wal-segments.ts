/** Of every cluster of the local cloud: initdb is told so. */
export const SEGMENT_BYTES: number = 1024 * 1024;
const SEGMENTS_PER_LOG = 0x1_0000_0000 / SEGMENT_BYTES;
const FILE_PATTERN = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/;

/** The number of the segment that holds a place in the log (`0/3A1B2C8`), counted from the beginning of all log. */
export function segmentOf(lsn: string): number {
  return Math.floor(bytesUpTo(lsn) / SEGMENT_BYTES);
}

/** The number of the segment that holds the last byte before a place in the log. */
export function lastSegmentBefore(lsn: string): number {
  return Math.floor((bytesUpTo(lsn) - 1) / SEGMENT_BYTES);
}

/** How many bytes of log there were before that place. */
export function bytesUpTo(lsn: string): number {
  const [high = '', low = ''] = lsn.split('/');
  return Number.parseInt(high, 16) * 0x1_0000_0000 + Number.parseInt(low, 16);
}

/** The number of the segment that a file of `pg_wal` is, by its name; null when it is none. */
export function segmentOfFile(name: string): number | null {
  const match = FILE_PATTERN.exec(name);
  if (match === null) return null;
  return Number.parseInt(match[2] ?? '', 16) * SEGMENTS_PER_LOG + Number.parseInt(match[3] ?? '', 16);
}

/** Whether a file of `pg_wal` says which timeline came from which: `00000002.history`. */
export function isTimelineHistory(name: string): boolean {
  return /^[0-9A-F]{8}\.history$/.test(name);
}
