import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolvedCheck } from '../../../../test/support/projects.ts';
import { markOf } from '../../../util/mark-of.ts';
import { decodeMemo, encodeMemo, type Memo } from './memo.ts';
import { recallMemo } from './recall-memo.ts';

const MEMO: Memo = {
  version: 'v24 linux',
  args: ['--fast'],
  env: { PATH: markOf('/usr/bin'), GREETING: markOf('grüß'), GONE: null },
  paths: ['/somewhere/ä.ts'],
  capacity: 2,
  plan: { selected: [{ check: resolvedCheck('lint'), preparesFor: [], after: [] }], leftOut: [] },
  held: [{ key: 'k', result: 'r', createdAt: 1, durationMs: 2, failedAttempts: 0 }],
  reports: null,
};
const FIGURES = Float64Array.of(1, 1_700_000_000_000.25, 3, 4, 5);
const ENV = { PATH: '/usr/bin', GREETING: 'grüß', OTHER: 'x' };

function recall(change: Partial<Parameters<typeof recallMemo>[1]> = {}): Memo | null {
  const [size, mtimeMs, ctimeMs, ino, mode] = FIGURES;
  const lstat = (): never => ({ size, mtimeMs, ctimeMs, ino, mode }) as never;
  const context = { version: 'v24 linux', args: ['--fast'], env: ENV, lstat };
  return recallMemo(encodeMemo(MEMO, FIGURES), { ...context, ...change });
}

test('what was written is read', () => {
  expect(decodeMemo(encodeMemo(MEMO, FIGURES))).toEqual({ memo: MEMO, figures: FIGURES });
  expect(recall()).toEqual(MEMO);
});

test.each<readonly [string, Parameters<typeof recall>[0]]>([
  ['another version', { version: 'v26 linux' }],
  ['other arguments', { args: [] }],
  ['more arguments', { args: ['--fast', '--keep-going'] }],
  ['another value', { env: { ...ENV, PATH: '/bin' } }],
  ['a value that was not there', { env: { ...ENV, GONE: '' } }],
  ['no value', { env: { PATH: '/usr/bin' } }],
  ['a path that is gone', { lstat: () => undefined }],
])('with %s it does not hold', (_, change) => {
  expect(recall(change)).toBeNull();
});

test('a part of it is none', () => {
  const whole = encodeMemo(MEMO, FIGURES);
  for (let length = 0; length < whole.length; length += 1)
    expect(decodeMemo(whole.subarray(0, length)), String(length)).toBeNull();
});

test('two values have one mark only where they are one', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      (one, other) => (markOf(one) === markOf(other)) === (one === other),
    ),
  );
  expect(markOf('')).not.toBeNull();
});
