import { openSession } from './postgres-rig.ts';

/** How long reads took. */
export interface ReadFigures {
  readonly count: number;
  readonly p99Ms: number;
  readonly slowestMs: number;
}

/** Reads are asked for at this beat by each reader, whether or not the last has come back: as people do. */
const EVERY_MS = 20;

/**
 * Reads without a pause from `readers` sessions until it is stopped. A read that is late delays those after it, and
 * each counts from when it was due: what one long wait holds up is not left out.
 */
export function readUntil(url: string, sql: string, readers: number): { stop(): Promise<ReadFigures> } {
  const tookMs: number[] = [];
  const stop = new AbortController();
  const work = Array.from({ length: readers }, async () => {
    await using session = await openSession(url, 'a reader');
    let dueAt = performance.now();
    while (!stop.signal.aborted) {
      const early = dueAt - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      await session.query(sql);
      tookMs.push(performance.now() - dueAt);
      dueAt += EVERY_MS;
    }
  });
  return {
    async stop() {
      stop.abort();
      await Promise.all(work);
      const sorted = tookMs.toSorted((one, other) => one - other);
      const at = (part: number): number =>
        Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
      return { count: sorted.length, p99Ms: at(0.99), slowestMs: at(1) };
    },
  };
}
