import { fstatSync, readlinkSync } from 'node:fs';

/** Standard output and standard error. */
const STREAMS = [1, 2] as const;

/** The files that this process prints to (`glidepath ci > log`), absolute; none where they cannot be told. */
export function redirectedTo(): string[] {
  return STREAMS.flatMap((stream) => {
    try {
      return fstatSync(stream).isFile() ? [readlinkSync(`/proc/self/fd/${stream}`)] : [];
    } catch {
      // Closed, or a system without /proc.
      return [];
    }
  });
}
