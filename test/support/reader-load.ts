import { eventually, openSession } from './postgres-rig.ts';

/** How long reads took. */
export interface ReadFigures {
  readonly count: number;
  readonly p99Ms: number;
  readonly slowestMs: number;
}

/** Each reader asks so often, as long as the answers come in time. */
const EVERY_MS = 20;

/** Readers at work. */
export interface Readers {
  /** Resolves when each of them has had so many answers. */
  underWay(answers: number): Promise<void>;
  stop(): Promise<ReadFigures>;
}

/**
 * Reads from `readers` sessions until it is stopped. A reader asks again when it has its answer: on a machine that cannot
 * keep up, asking at a beat would measure the backlog.
 */
export function readUntil(url: string, sql: string, readers: number): Readers {
  const tookMs: number[] = [];
  const answered = Array.from({ length: readers }, () => 0);
  const stop = new AbortController();
  const work = Array.from({ length: readers }, async (_, reader) => {
    await using session = await openSession(url, 'a reader');
    let dueAt = performance.now();
    while (!stop.signal.aborted) {
      const early = dueAt - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      const askedAt = performance.now();
      await session.query(sql);
      tookMs.push(performance.now() - askedAt);
      answered[reader] = (answered[reader] ?? 0) + 1;
      dueAt = Math.max(dueAt + EVERY_MS, performance.now());
    }
  });
  return {
    underWay: async (answers) => eventually(() => answered.every((count) => count >= answers)),
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
