import { expect, test } from 'vitest';
import { restartDelayMs } from './restart-policy.ts';

const FAILED = { policy: 'on-failure', maxRetries: 10, retriesUsed: 0, exitCode: 1 } as const;

test('on-failure restarts a failure, and an exit nobody knows the code of, but not a success', () => {
  expect(restartDelayMs(FAILED)).toBe(100);
  expect(restartDelayMs({ ...FAILED, exitCode: null })).toBe(100);
  expect(restartDelayMs({ ...FAILED, exitCode: 0 })).toBeNull();
});

test('on-failure waits longer each time and gives up when the retries are used up', () => {
  expect([0, 1, 2, 3, 9].map((retriesUsed) => restartDelayMs({ ...FAILED, retriesUsed }))).toEqual([
    100, 200, 400, 800, 2000,
  ]);
  expect(restartDelayMs({ ...FAILED, retriesUsed: 10 })).toBeNull();
  expect(restartDelayMs({ ...FAILED, maxRetries: 0 })).toBeNull();
});

test('always restarts a success too and never gives up; no and spot-price never restart', () => {
  expect(restartDelayMs({ ...FAILED, policy: 'always', exitCode: 0, retriesUsed: 1000 })).toBe(2000);
  expect(restartDelayMs({ ...FAILED, policy: 'no' })).toBeNull();
  expect(restartDelayMs({ ...FAILED, policy: 'spot-price' })).toBeNull();
});
