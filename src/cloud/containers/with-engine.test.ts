import { expect, test } from 'vitest';
import { EngineError } from './engine-client.ts';
import { withEngine } from './with-engine.ts';

/** A clock whose sleeps take no time of ours. */
function fakeClock() {
  let now = 0;
  return {
    now: () => now,
    sleep: (ms: number) => {
      now += ms;
      return Promise.resolve();
    },
  };
}

const signal = new AbortController().signal;
const away = Object.assign(new Error('connect ENOENT'), { code: 'ENOENT' });

/** Fails so often, each time with the same error, then works; counts the tries. */
function failing(times: number, error: Error) {
  let tries = 0;
  return {
    tries: () => tries,
    run: () => {
      tries += 1;
      return tries <= times ? Promise.reject(error) : Promise.resolve('up');
    },
  };
}

test('an engine that is started anew is waited for', async () => {
  const start = failing(30, away);
  expect(await withEngine({ clock: fakeClock(), signal }, start.run)).toBe('up');
});

test('one that does not come back is given up after two minutes', async () => {
  const start = failing(1_000, away);
  await expect(withEngine({ clock: fakeClock(), signal }, start.run)).rejects.toThrow('ENOENT');
  expect(start.tries()).toBeLessThan(125);
});

test('one that fails at what it is asked is asked three times, and a refusal is taken at once', async () => {
  const failure = failing(10, new EngineError(500, 'containerd is gone'));
  await expect(withEngine({ clock: fakeClock(), signal }, failure.run)).rejects.toThrow('containerd');
  expect(failure.tries()).toBe(3);
  const refusal = failing(10, new EngineError(409, 'conflict'));
  await expect(withEngine({ clock: fakeClock(), signal }, refusal.run)).rejects.toThrow('conflict');
  expect(refusal.tries()).toBe(1);
});
