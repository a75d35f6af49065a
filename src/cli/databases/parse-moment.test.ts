import { expect, test } from 'vitest';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { parseMoment } from './parse-moment.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

test.each([
  ['2026-11-21T10:00:00Z', '2026-11-21T10:00:00.000Z'],
  ['2026-11-21T10:00:00.250Z', '2026-11-21T10:00:00.250Z'],
  ['2026-11-21 10:00:12 UTC', '2026-11-21T10:00:12.000Z'],
  ['2026-11-21T10:00+02:00', '2026-11-21T08:00:00.000Z'],
  ['15m', '2026-11-21T11:45:00.000Z'],
  ['2d', '2026-11-19T12:00:00.000Z'],
])('%s is a moment', (written, expected) => {
  expect(new Date(parseMoment(written, NOW)).toISOString()).toBe(expected);
});

test.each(['', 'yesterday', '2026-11-21', '2026-11-21T10:00:00', '2026-13-41T10:00:00Z', '15'])(
  '%j is none, and what would be is said',
  (written) => {
    expect(() => parseMoment(written, NOW)).toThrow(ToolError);
  },
);
