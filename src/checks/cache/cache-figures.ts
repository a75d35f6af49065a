import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { COUNTS, UNFINISHED } from './disk-store.ts';
import { domainsIn, keptFiles } from './evict.ts';

/** What a domain has on this machine. */
export interface DomainFigures {
  readonly domain: string;
  readonly entries: number;
  readonly bytes: number;
  /** When the entry was used that was not used for longest; null without entries. */
  readonly oldestAt: number | null;
}

/** What a cache has on this machine, and how often it had what was asked for since it was cleared. */
export interface CacheFigures {
  readonly domains: readonly DomainFigures[];
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
}

/** Counts what is in a cache; all zero where there is none. */
export function cacheFigures(directory: string): CacheFigures {
  const domains = domainsIn(directory).map((domain): DomainFigures => {
    const { entries, blobs } = keptFiles(directory, [domain]);
    const bytes = [...entries, ...blobs].reduce((sum, file) => sum + file.bytes, 0);
    const oldestAt = entries.length === 0 ? null : Math.min(...entries.map(({ usedAt }) => usedAt));
    return { domain, entries: entries.length, bytes, oldestAt };
  });
  const counted = (name: string): number =>
    statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0;
  return {
    domains,
    bytes: domains.reduce((sum, { bytes }) => sum + bytes, 0),
    hits: counted(COUNTS.hit),
    misses: counted(COUNTS.miss),
  };
}

/** Removes all entries, and nothing else that lies beside them. */
export function clearCache(directory: string): void {
  for (const domain of domainsIn(directory))
    for (const part of ['entries', 'latest', 'blobs'])
      rmSync(join(directory, domain, part), { recursive: true, force: true });
  for (const name of [UNFINISHED, COUNTS.hit, COUNTS.miss])
    rmSync(join(directory, name), { recursive: true, force: true });
}
