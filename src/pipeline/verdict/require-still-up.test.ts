import { expect, test } from 'vitest';
import type { ResolvedFlyApp } from '../../config/resolved.ts';
import type { AppPlatform, ObservedMachine, PlatformWork } from '../../providers/app-platform.ts';
import type { Clock } from '../../util/clock.ts';
import { requireStillUp } from './require-still-up.ts';

/** Looks at a worker that is as `states` say, one look after the other, and then stays so. Returns how long it was looked at. */
async function look(
  app: Partial<ResolvedFlyApp>,
  ...states: readonly Partial<ObservedMachine>[]
): Promise<number> {
  let now = 0;
  let looks = 0;
  const platform = {
    observeApp() {
      const state = states[Math.min(looks, states.length - 1)];
      looks += 1;
      return Promise.resolve({ name: 'x', machines: [{ id: 'm', ...state }] });
    },
    logs: () =>
      Promise.resolve([{ at: 0, machine: 'm', region: 'iad', message: 'column "fax" does not exist' }]),
  } as unknown as AppPlatform;
  const clock = {
    now: () => now,
    sleep: (ms: number) => Promise.resolve(void (now += ms)),
  } as unknown as Clock;
  const work = { signal: new AbortController().signal } as PlatformWork;
  const named = { name: 'jobs', health: null, ...app } as ResolvedFlyApp;
  await requireStillUp({ platformOf: () => platform, clock }, named, 'x', work);
  return now;
}

const UP = { state: 'started', startedAt: 1 };
const HEALTH = { path: '/', intervalMs: 1, timeoutMs: 1, gracePeriodMs: 1, withinMs: 1 };

test('a worker has to stay up for a while; an app with a health check was asked already', async () => {
  expect(await look({}, UP)).toBe(5_000);
  expect(await look({ health: HEALTH }, UP)).toBe(0);
});

test('a worker that ends, or was started again meanwhile, did not stay up: what it printed is told', async () => {
  const ended = look({}, UP, UP, { state: 'stopped', startedAt: 1 });
  await expect(ended).rejects.toMatchObject({
    code: 'DEPLOY_EXITED',
    output: ['column "fax" does not exist'],
  });
  await expect(look({}, UP, { state: 'started', startedAt: 2 })).rejects.toMatchObject({
    code: 'DEPLOY_EXITED',
  });
  await expect(look({ health: HEALTH }, { state: 'stopped', startedAt: 1 })).rejects.toThrow(
    'jobs started, but did not stay up',
  );
});
