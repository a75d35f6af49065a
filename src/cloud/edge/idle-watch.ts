import type { Clock } from '../../util/clock.ts';
import type { AppTraffic } from './app-traffic.ts';
import { machinesToStop } from './autostop.ts';
import type { Backend } from './backend.ts';
import type { EdgeDirectory } from './directory.ts';

/** How often the edge looks for idle machines, and for how long one must have been idle. Milliseconds. */
export interface IdleSettings {
  readonly checkMs: number;
  readonly idleMs: number;
}

/** "Every few minutes", says Fly of its own proxy. */
export const DEFAULT_IDLE: IdleSettings = { checkMs: 180_000, idleMs: 60_000 };

/**
 * A machine is never put to sleep sooner: its state may be read five times a second (Fly's limit), and whoever starts
 * one must come to see it healthy. Fly's own proxy looks every few minutes only.
 */
const IDLE_MS_MIN = 1_000;

/** The settings behind `--idle 5s`: idle for that long, looked for four times as often, within reason. */
export function idleSettings(idleMs: number): IdleSettings {
  const checkMs = Math.max(100, Math.min(30_000, Math.round(idleMs / 4)));
  return { idleMs: Math.max(IDLE_MS_MIN, idleMs), checkMs };
}

/** Looks until the signal aborts; every look stops at most one machine per app and region. */
export async function watchIdle(
  deps: { directory: EdgeDirectory; clock: Clock; idle: IdleSettings; traffic: () => Iterable<AppTraffic> },
  signal: AbortSignal,
): Promise<void> {
  const { directory, clock, idle } = deps;
  while (!signal.aborted) {
    try {
      await clock.sleep(idle.checkMs, signal);
    } catch {
      return;
    }
    for (const traffic of deps.traffic()) {
      traffic.refresh();
      if (traffic.app === null) continue;
      const { name, autostop } = traffic.app;
      if (autostop === 'off') continue;
      for (const backend of machinesToStop(traffic.app, traffic.backends, clock.now(), idle.idleMs)) {
        void stop(directory, name, backend, autostop).finally(() => traffic.refresh());
      }
    }
  }
}

/** Held from the choice until the stop is done, so that no request slips onto a machine that is being stopped. */
async function stop(
  directory: EdgeDirectory,
  app: string,
  backend: Backend,
  how: 'stop' | 'suspend',
): Promise<void> {
  backend.held = true;
  backend.drain();
  try {
    await directory.stopMachine(app, backend.machine.id, how);
  } catch {
    // It may be leased by a deployment, or gone: the next look decides again.
  } finally {
    backend.held = false;
  }
}
