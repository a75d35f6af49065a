import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolvedCheck } from '../../../../test/support/projects.ts';
import { markOf } from '../../../util/mark-of.ts';
import { decodeMemo, encodeMemo, type Memo } from './memo.ts';
import { recallMemo, type RecalledMemo } from './recall-memo.ts';

const MEMO: Memo = {
  version: 'v24 linux',
  args: ['--fast'],
  env: { PATH: markOf('/usr/bin'), GREETING: markOf('grüß'), GONE: null },
  paths: ['/somewhere/ä.ts'],
  capacity: 2,
  plan: { selected: [{ check: resolvedCheck('lint'), preparesFor: [], after: [] }], leftOut: [] },
  held: [{ key: 'k', result: 'r', createdAt: 1, durationMs: 2, failedAttempts: 0 }],
  reports: null,
  names: { '/somewhere': 'fä.ts' },
  cache: { directory: '/somewhere/cache', trusted: [] },
};
const FILE = 0o100_644;
const DIRECTORY = 0o040_755;
const FIGURES = Float64Array.of(1, 1_700_000_000_000.25, 3, 4, FILE);
const ENV = { PATH: '/usr/bin', GREETING: 'grüß', OTHER: 'x' };

type Context = Parameters<typeof recallMemo>[1];

function recall(change: Partial<Context> = {}, figures: Float64Array = FIGURES): RecalledMemo | null {
  const context = { version: 'v24 linux', args: ['--fast'], env: ENV, lstat: statsOf(FIGURES) };
  return recallMemo(encodeMemo(MEMO, figures), { ...context, ...change });
}

function statsOf([size, mtimeMs, ctimeMs, ino, mode = 0]: Float64Array): Context['lstat'] {
  return () => ({ size, mtimeMs, ctimeMs, ino, mode }) as never;
}

function changed(figures: Float64Array, change: Readonly<Record<number, number>>): Float64Array {
  return figures.map((figure, index) => change[index] ?? figure);
}

test('what was written is read', () => {
  expect(decodeMemo(encodeMemo(MEMO, FIGURES))).toEqual({ memo: MEMO, figures: FIGURES });
  expect(recall()).toEqual({ memo: MEMO, changed: [] });
});

test.each<readonly [string, Parameters<typeof recall>[0]]>([
  ['another version', { version: 'v26 linux' }],
  ['other arguments', { args: [] }],
  ['more arguments', { args: ['--fast', '--keep-going'] }],
  ['another value', { env: { ...ENV, PATH: '/bin' } }],
  ['a value that was not there', { env: { ...ENV, GONE: '' } }],
  ['no value', { env: { PATH: '/usr/bin' } }],
  ['a file that has another time', { lstat: statsOf(changed(FIGURES, { 1: 2 })) }],
  ['a directory in the place of a file', { lstat: statsOf(changed(FIGURES, { 4: DIRECTORY })) }],
])('with %s it does not hold', (_, change) => {
  expect(recall(change)).toBeNull();
});

test('what is gone, and a directory in which something came or went, are named', () => {
  const all = { memo: MEMO, changed: MEMO.paths };
  expect(recall({ lstat: () => undefined })).toEqual(all);
  const directory = changed(FIGURES, { 4: DIRECTORY });
  expect(recall({ lstat: statsOf(changed(directory, { 0: 9, 1: 9, 2: 9 })) }, directory)).toEqual(all);
  // Its time could not be trusted when it was looked at.
  expect(recall({ lstat: statsOf(directory) }, changed(directory, { 2: Number.NaN }))).toEqual(all);
  expect(recall({ lstat: statsOf(changed(directory, { 3: 9 })) }, directory)).toBeNull();
  expect(recall({ lstat: statsOf(changed(directory, { 4: 0o120_777 })) }, directory)).toBeNull();
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
