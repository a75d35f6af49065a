import { expect, test } from 'vitest';
import { neonBranch, neonProject } from '../../../test/support/neon-shapes.ts';
import { expiryOf, requireInWindow, restorableFrom } from './neon-time.ts';

const NOW = Date.parse('2026-03-04T12:00:00Z');
const DAY_MS = 86_400_000;

test('the window is the history of the project, and begins with the branch', () => {
  expect(restorableFrom(neonProject(), neonBranch('staging'), NOW)).toBe(NOW - DAY_MS);
  const young = neonBranch('staging', { created_at: '2026-03-04T11:00:00Z' });
  expect(restorableFrom(neonProject(), young, NOW)).toBe(Date.parse('2026-03-04T11:00:00Z'));
  expect(restorableFrom(neonProject({ history_retention_seconds: 0 }), young, NOW)).toBeNull();
});

test.each([
  ['before the window', NOW - DAY_MS - 1],
  ['in the future', NOW + 1],
])('a moment %s is DATABASE_OUTSIDE_WINDOW, with the window', (_, at) => {
  const place = { project: neonProject(), branch: neonBranch('staging'), now: NOW };
  expect(() => requireInWindow(at, place)).toThrow(
    'Its history goes from 2026-03-03T12:00:00.000Z to 2026-03-04T12:00:00.000Z.',
  );
  expect(() => requireInWindow(NOW - DAY_MS, place)).not.toThrow();
  try {
    requireInWindow(at, place);
  } catch (error) {
    expect(error).toMatchObject({ code: 'DATABASE_OUTSIDE_WINDOW' });
  }
});

test('what shall go by itself goes to the second, and after 30 days at the latest', () => {
  expect(expiryOf(NOW + 1_500, NOW)).toBe('2026-03-04T12:00:01Z');
  expect(expiryOf(NOW + 90 * DAY_MS, NOW)).toBe('2026-04-03T12:00:00Z');
});
