import type { Backend } from './backend.ts';
import type { EdgeApp } from './directory.ts';

/**
 * Which machines the proxy stops at one look: at most one per region, by Fly's documented rules
 * (docs: reference/fly-proxy-autostop-autostart). With several running in a region, the excess is
 * running − (machines over the soft limit + 1); with exactly one, it stops when its load is 0. `minMachinesRunning`
 * counts in the primary region only (over all regions when the app names none). A machine with anything in flight, or
 * idle for less than `idleMs`, is never chosen.
 */
export function machinesToStop(
  app: EdgeApp,
  backends: readonly Backend[],
  now: number,
  idleMs: number,
): readonly Backend[] {
  if (app.autostop === 'off') return [];
  const running = backends.filter(
    (each) => each.machine.state === 'started' && each.machine.routable && !each.held,
  );
  const regions = [...new Set(running.map((each) => each.machine.region))];
  let mayStopAnywhere = app.primaryRegion === null ? running.length - app.minMachinesRunning : Infinity;
  const chosen: Backend[] = [];
  for (const region of regions) {
    const here = running.filter((each) => each.machine.region === region);
    const floor = region === app.primaryRegion ? app.minMachinesRunning : 0;
    if (here.length <= floor || mayStopAnywhere <= 0) continue;
    const one = oneToStop(app, here, now, idleMs);
    if (one === null) continue;
    chosen.push(one);
    mayStopAnywhere -= 1;
  }
  return chosen;
}

function oneToStop(app: EdgeApp, here: readonly Backend[], now: number, idleMs: number): Backend | null {
  const over = here.filter((each) => each.load > app.concurrency.softLimit).length;
  const excess = here.length > 1 ? here.length - (over + 1) : 1;
  if (excess < 1) return null;
  const idle = here
    .filter((each) => each.load === 0 && now - idleFrom(each) >= idleMs)
    .toSorted((a, b) => idleFrom(a) - idleFrom(b));
  return idle[0] ?? null;
}

/** A machine that has just become ready was not idle before: nobody could ask it for anything. */
function idleFrom(backend: Backend): number {
  return Math.max(backend.idleSince, backend.openSince, backend.machine.startedAt ?? 0);
}
