import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { ResolvedApp, ResolvedEnvironment } from '../../config/resolved.ts';
import type { AppDeployment, AppPlatform, PlatformWork } from '../../providers/app-platform.ts';
import { createHistory } from '../history.ts';
import type { StepScope } from '../step-scope.ts';
import { tryRelease } from './try-release.ts';

function app(name: string): ResolvedApp {
  return {
    name,
    platform: 'fly',
    platformName: `shop-${name}`,
    database: 'main',
    env: {},
    secrets: [],
    regions: [{ region: 'iad', count: 1 }],
    // One that is asked for its health is looked at once.
    health: null,
  } as unknown as ResolvedApp;
}

test('every app of a trial is deployed by a journal of its own', async () => {
  const deployed = new Map<string, unknown>();
  const keys = new Set<string>();
  const platform = {
    ensureApp: () => Promise.resolve(),
    setSecrets: () => Promise.resolve(),
    async deploy({ app: { name } }: AppDeployment, work: PlatformWork) {
      keys.add(work.idempotencyKey);
      deployed.set(name, await work.once('machine', () => Promise.resolve(`machine of ${name}`)));
    },
    observeApp: () => Promise.resolve({ machines: [] }),
    destroyApp: () => Promise.resolve(),
  } as unknown as AppPlatform;
  let now = 0;
  const scope = {
    deps: {
      platformOf: () => platform,
      history: createHistory(new DatabaseSync(':memory:')),
      random: () => 0.5,
      redact: (text: string) => text,
      clock: {
        now: () => now,
        sleep(ms: number, signal?: AbortSignal) {
          now += ms;
          return new Promise<void>((resolve) => {
            if (ms < 1_000) setImmediate(resolve);
            else signal?.addEventListener('abort', () => resolve());
          });
        },
      },
    },
    context: { idempotencyKey: 'run-1/probe', signal: new AbortController().signal, log: () => undefined },
  } as unknown as StepScope;
  const apps = [app('web'), app('worker')];
  const cell = await tryRelease(
    scope,
    {
      code: 'old',
      id: 'r-1',
      commit: '1a2b3c4d',
      environment: {
        name: 'staging',
        apps,
        smoke: null,
        deployOrder: [['web', 'worker']],
      } as unknown as ResolvedEnvironment,
      images: new Map(apps.map(({ name }) => [name, `registry/${name}@sha256:1`])),
    },
    { schema: 'old', database: 'main', branches: new Map([['main', 'probe-1']]) },
  );
  expect(cell).toMatchObject({ result: 'passed', message: null });
  expect(Object.fromEntries(deployed)).toEqual({ web: 'machine of web', worker: 'machine of worker' });
  expect(keys.size).toBe(2);
});
