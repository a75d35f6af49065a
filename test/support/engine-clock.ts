import type { Clock } from '../../src/util/clock.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/**
 * Virtual time: whenever nothing in the process is left to do, the clock jumps to the next sleeper. For code whose only
 * waits are on this clock; what waits on a deferred promise of the test sees time race on, which is what a hang is.
 */
export function createVirtualClock(start: number = 1_750_000_000_000): Clock {
  let now = start;
  let isPumping = false;
  const sleepers = new Set<Sleeper>();
  const pump = (): void => {
    const next = [...sleepers].sort((a, b) => a.at - b.at)[0];
    isPumping = next !== undefined;
    if (next === undefined) return;
    sleepers.delete(next);
    now = Math.max(now, next.at);
    next.wake();
    setImmediate(pump);
  };
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper: Sleeper = {
          at: now + ms,
          wake: () => (signal?.removeEventListener('abort', onAbort), resolve()),
        };
        const onAbort = () => (sleepers.delete(sleeper), reject(signal?.reason));
        signal?.addEventListener('abort', onAbort, { once: true });
        sleepers.add(sleeper);
        if (!isPumping) {
          isPumping = true;
          setImmediate(pump);
        }
      }),
  };
}
