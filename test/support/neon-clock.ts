import { systemClock } from '../../src/util/clock.ts';
import type { Clock } from '../../src/util/clock.ts';

/** The time of this computer, put forward by hand; waits take as long as ever. */
export class ShiftedClock implements Clock {
  aheadMs = 0;

  now(): number {
    return systemClock.now() + this.aheadMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }
}
