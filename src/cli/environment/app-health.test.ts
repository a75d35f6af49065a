import { describe, expect, test } from 'vitest';
import { environment, flyApp, worker } from '../../../test/support/projects.ts';
import type { AppPlatformReader, ObservedMachine } from '../../providers/app-platform.ts';
import type { Fetch } from '../../util/fetch.ts';
import { environmentHealth } from './app-health.ts';
import { renderHealth } from '../views/environment/health.ts';

const WOKEN = { at: Date.parse('2026-03-02T10:31:00'), bootMs: 200 };

function machine(state: string, more: Partial<ObservedMachine> = {}): ObservedMachine {
  return {
    id: 'm1',
    region: 'iad',
    state,
    digest: null,
    release: null,
    commit: null,
    healthy: true,
    reachable: true,
    cordoned: false,
    startedAt: null,
    cpuKind: null,
    cpus: null,
    memoryMb: null,
    sleep: 'when-idle',
    wakesOnRequest: true,
    rest: null,
    wake: null,
    ...more,
  };
}

/** Asks an environment whose first answer takes `ms[0]` of a made-up clock, the second `ms[1]`, and so on. */
async function asked(options: {
  apps: Parameters<typeof environment>[1];
  machines: readonly (readonly ObservedMachine[])[];
  answers: readonly { ms: number; status?: number }[];
}) {
  let now = 0;
  let looks = 0;
  let requests = 0;
  const reader: Pick<AppPlatformReader, 'observeApp' | 'publicUrl'> = {
    observeApp: (name) =>
      Promise.resolve({ name, machines: options.machines[looks++] ?? options.machines.at(-1) ?? [] }),
    publicUrl: (name) => Promise.resolve(`http://${name}.test`),
  };
  const fetch: Fetch = () => {
    const { ms = 0, status } = options.answers[requests++] ?? {};
    now += ms;
    if (status === undefined) return Promise.reject(new Error('connection refused'));
    return Promise.resolve(new Response('ok', { status }));
  };
  return environmentHealth(environment('staging', options.apps), {
    reader: reader as AppPlatformReader,
    fetch,
    monotonicNow: () => now,
    signal: new AbortController().signal,
  });
}

describe('asking an app', () => {
  test('that sleeps wakes it and tells the cold start apart from the answer', async () => {
    const found = await asked({
      apps: { apps: [flyApp('web')] },
      machines: [[machine('stopped')], [machine('started', { wake: WOKEN })]],
      answers: [
        { ms: 430, status: 200 },
        { ms: 10, status: 200 },
      ],
    });
    expect(found).toMatchObject([
      { app: 'web', before: { awake: 0, asleep: 1, other: 0 }, coldStartMs: 420, isHealthy: true },
    ]);
    expect(renderHealth(found, { color: false })).toMatch(
      /✓ +web +asleep +200 in 430 ms +woke in 0\.42 s at 10:31 +http:\/\/shop-web\.test\/health/,
    );
  });

  test('that is awake asks once and claims no cold start', async () => {
    const found = await asked({
      apps: { apps: [flyApp('web')] },
      machines: [[machine('started'), machine('stopped')]],
      answers: [{ ms: 7, status: 200 }],
    });
    expect(found).toMatchObject([{ answer: { status: 200, ms: 7 }, coldStartMs: null, wake: null }]);
    expect(renderHealth(found, { color: false })).toContain('1 awake, 1 asleep');
  });

  test('that answers badly, or not at all, is not healthy', async () => {
    const found = await asked({
      apps: { apps: [flyApp('web'), flyApp('api')] },
      machines: [[machine('started')]],
      answers: [{ ms: 5, status: 503 }, { ms: 5 }],
    });
    expect(found.map((one) => one.isHealthy)).toEqual([false, false]);
    expect(renderHealth(found, { color: false })).toMatch(
      /503 in 5 ms[\s\S]*none after 5 ms: connection refused/,
    );
  });

  test('without a port looks at its machines, and one without machines is not healthy', async () => {
    const found = await asked({
      apps: { apps: [worker('jobs'), flyApp('web')] },
      machines: [[machine('started', { healthy: null })], []],
      answers: [],
    });
    expect(found.map(({ app, isHealthy }) => `${app} ${isHealthy}`)).toEqual(['jobs true', 'web false']);
    expect(renderHealth(found, { color: false })).toMatch(/its machines are well[\s\S]*no machine/);
  });
});
