import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ResolvedApp, ResolvedEnvironment } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { AppPlatform, PlatformWork } from '../../providers/app-platform.ts';
import type { Clock } from '../../util/clock.ts';
import { createHistory, type History } from '../history.ts';
import { withTrialApps } from './trial-apps-life.ts';

const WEB = { name: 'web', platformName: 'shop-web' } as ResolvedApp;
const ENVIRONMENT = { name: 'live', apps: [WEB] } as unknown as ResolvedEnvironment;
const OLD = { platformName: 'shop-web-trial-old', environment: 'live', app: 'web' };

let history: History;
let there: Set<string>;
let refused: Set<string>;
let lines: string[];
let now: number;

beforeEach(() => {
  history = createHistory(new DatabaseSync(':memory:'));
  there = new Set();
  refused = new Set();
  lines = [];
  now = 1_800_000_000_000;
});

async function trial<T>(
  use: (name: string) => Promise<T>,
  signal = new AbortController().signal,
): Promise<T> {
  const platform = {
    destroyApp(name: string, _: unknown, work: PlatformWork) {
      work.signal.throwIfAborted();
      if (refused.has(name)) return Promise.reject(new ToolError('PROVIDER_UNREACHABLE', 'Nobody answers.'));
      there.delete(name);
      return Promise.resolve();
    },
  } as unknown as AppPlatform;
  const clock: Clock = {
    now: () => now,
    sleep: (_, ended) =>
      new Promise((_resolve, reject) => {
        ended?.addEventListener('abort', () => reject(new Error('over')));
      }),
  };
  const work = { idempotencyKey: 'run-1/probe', signal, log: (line: string) => void lines.push(line) };
  return withTrialApps(
    { platformOf: () => platform, history, clock, random: () => 0.5 },
    { environment: ENVIRONMENT, apps: [WEB] },
    work as unknown as PlatformWork,
    async (names) => use(names.get('web') ?? ''),
  );
}

const left = (): readonly string[] =>
  history.trialAppsLeft('live', Number.MAX_SAFE_INTEGER).map(({ platformName }) => platformName);

describe('a throw-away app', () => {
  test('is known of before it is made, and gone when its trial is over', async () => {
    const name = await trial((made) => {
      there.add(made);
      expect(left()).toEqual([made]);
      return Promise.resolve(made);
    });
    expect(name).toMatch(/^shop-web-trial-[0-9a-z]+$/);
    expect([[...there], left()]).toEqual([[], []]);
  });

  test('is gone when its trial throws, or was stopped', async () => {
    const stop = new AbortController();
    const failing = trial((made) => {
      there.add(made);
      stop.abort();
      return Promise.reject(new Error('broken'));
    }, stop.signal);
    await expect(failing).rejects.toThrow('broken');
    expect([[...there], left()]).toEqual([[], []]);
  });

  test('of a process that died is removed by the next trial, one that is needed is not', async () => {
    for (const name of ['shop-web-trial-old', 'shop-web-trial-young']) there.add(name);
    history.keepTrialApp(OLD, now - 60_000);
    history.keepTrialApp({ ...OLD, platformName: 'shop-web-trial-young' }, now - 1_000);
    await trial(() => Promise.resolve());
    expect([[...there], left()]).toEqual([['shop-web-trial-young'], ['shop-web-trial-young']]);
  });

  test('that cannot be removed is said, and stays known', async () => {
    refused.add(OLD.platformName);
    history.keepTrialApp(OLD, now - 60_000);
    await trial(() => Promise.resolve());
    expect(lines.join('\n')).toContain(
      '! the app shop-web-trial-old could not be removed; the next trial will',
    );
    expect(left()).toEqual([OLD.platformName]);
  });
});
