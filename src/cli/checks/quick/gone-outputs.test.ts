import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolvedCheck } from '../../../../test/support/projects.ts';
import { namesText } from '../../../checks/inputs/directory-names.ts';
import type { HeldResult } from '../../../checks/held/held-result.ts';
import { goneOutputs } from './gone-outputs.ts';
import type { Memo } from './memo.ts';

const HELD: HeldResult = { key: 'k', result: 'r', createdAt: 1, durationMs: 2, failedAttempts: 0 };

let root = '';
let before: Memo['names'] = {};
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'glidepath-gone-'));
  for (const path of ['dist', 'src', 'claims']) mkdirSync(join(root, path));
  writeFileSync(join(root, 'dist', 'all.txt'), 'a');
  before = { [root]: namesText(root) };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The names of the checks whose outputs are gone. */
function gone(
  changed: readonly string[],
  { leaves = [], now = HELD }: { leaves?: readonly string[]; now?: HeldResult | null } = {},
): readonly string[] | null {
  const check = { ...resolvedCheck('build'), outputs: ['dist/**'], leaves };
  const plan = { selected: [{ check, preparesFor: [], after: [] }], leftOut: [] };
  const memo = { plan, held: [HELD], names: before } as Partial<Memo> as Memo;
  const found = goneOutputs(
    { memo, changed: changed.map((path) => join(root, path)) },
    { last: () => now, watched: () => [join(root, 'dist/all.txt'), join(root, 'dist')] },
    join(root, 'claims'),
  );
  return found?.map((each) => each.check.name) ?? null;
}

const GONE = ['', 'dist', 'dist/all.txt'];

test('outputs that are gone are named with their check', () => {
  rmSync(join(root, 'dist'), { recursive: true });
  expect(gone(GONE)).toEqual(['build']);
  expect(gone(['claims', ...GONE])).toEqual(['build']);
});

test('where a directory has the same names as before, nothing is gone', () => {
  expect(gone([''])).toEqual([]);
});

test.each<readonly [string, () => void, readonly string[]]>([
  ['something else is gone', () => rmSync(join(root, 'src'), { recursive: true }), ['', 'src']],
  ['something came beside them', () => writeFileSync(join(root, 'new.txt'), ''), GONE],
  ['a link came in their place', () => symlinkSync('src', join(root, 'dist')), GONE],
  ['a file came in their place', () => writeFileSync(join(root, 'dist'), ''), GONE],
  ['a directory changed that was not read', () => undefined, [...GONE, 'src']],
  ['another run is at work', () => symlinkSync('1 1 x', join(root, 'claims', 'build')), ['claims', ...GONE]],
])('it is not for the shortcut where %s', (_, change, changed) => {
  rmSync(join(root, 'dist'), { recursive: true });
  change();
  expect(gone(changed)).toBeNull();
});

test('it is not for the shortcut where a check leaves what no cache keeps, or has another result by now', () => {
  rmSync(join(root, 'dist'), { recursive: true });
  expect(gone(GONE, { leaves: ['node_modules'] })).toBeNull();
  expect(gone(GONE, { now: { ...HELD, result: 'another' } })).toBeNull();
  expect(gone(GONE, { now: null })).toBeNull();
});
