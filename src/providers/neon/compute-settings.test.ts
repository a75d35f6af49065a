import { expect, test } from 'vitest';
import { testNeonDatabase } from '../../../test/support/test-database.ts';
import { computeChange, computeSettings } from './compute-settings.ts';
import type { NeonEndpoint } from './wire-types.ts';

const THERE: NeonEndpoint = {
  id: 'ep-1',
  branch_id: 'br-1',
  type: 'read_write',
  current_state: 'idle',
  autoscaling_limit_min_cu: 0.25,
  autoscaling_limit_max_cu: 2,
  suspend_timeout_seconds: 0,
};

test('what is not written is left to Neon', () => {
  expect(computeSettings(testNeonDatabase())).toEqual({});
  expect(computeChange(testNeonDatabase(), THERE)).toBeNull();
});

test('size and sleep are sent in the words of Neon', () => {
  const written = testNeonDatabase({}, { size: { min: 0.5, max: 4 }, suspendAfterMs: 600_000 });
  expect(computeSettings(written)).toEqual({
    autoscaling_limit_min_cu: 0.5,
    autoscaling_limit_max_cu: 4,
    suspend_timeout_seconds: 600,
  });
  expect(computeSettings(testNeonDatabase({ sleep: 'never' }))).toEqual({ suspend_timeout_seconds: -1 });
});

test('only what differs is changed', () => {
  const written = testNeonDatabase({}, { size: { min: 0.25, max: 4 } });
  expect(computeChange(written, THERE)).toEqual({ autoscaling_limit_max_cu: 4 });
  expect(computeChange(written, { ...THERE, autoscaling_limit_max_cu: 4 })).toBeNull();
});

test('one that never sleeps sleeps again once that is written, without a time of its own', () => {
  expect(computeChange(testNeonDatabase(), { ...THERE, suspend_timeout_seconds: -1 })).toEqual({
    suspend_timeout_seconds: 0,
  });
  expect(computeChange(testNeonDatabase(), { ...THERE, suspend_timeout_seconds: 900 })).toBeNull();
});
