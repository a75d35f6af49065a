import { expect, test } from 'vitest';
import type { HistoryEntry } from './history.ts';
import { rollbackTarget } from './rollback-target.ts';

/** A history as it happened: `b` deploys b, `<a` rolls back to a. */
function historyOf(...happened: readonly string[]): { entries: HistoryEntry[]; live: string | null } {
  const entries: HistoryEntry[] = [];
  for (const what of happened) {
    const id = what.replace('<', '');
    entries.unshift({
      environment: 'live',
      release: { id, commit: id, ref: 'main', digests: {} },
      runId: `run-${entries.length}`,
      at: entries.length,
      by: 'ada',
      action: what.startsWith('<') ? 'rollback' : 'deploy',
      previous: entries[0]?.release.id ?? null,
      restorePoints: [],
      migrations: null,
      probes: [],
      back: null,
    });
  }
  return { entries, live: entries[0]?.release.id ?? null };
}

test.each([
  [['a', 'b'], 'b to a', 'a', []],
  [['a', 'b', '<a'], 'a second time, not forward to b', null, ['b']],
  [['a', 'b', 'c', '<b'], 'a second time, further back', 'a', ['c']],
  [['a', 'b', 'c', '<b', '<a'], 'as far as there is something', null, ['b', 'c']],
  [['a', 'b', '<a', 'c'], 'from what was deployed since, over what was broken', 'a', []],
  [['a', 'b', '<a', 'b'], 'from b, which was deployed again', 'a', []],
  [['a', 'b', '<a', 'b', 'c'], 'to b, which was deployed again', 'b', []],
  [['a', 'b', '<a', '<b'], 'from b, which somebody went forward to by name', 'a', []],
  [['a'], 'nowhere from the first', null, []],
  [[], 'nowhere where nothing runs', null, []],
] as const)('after %j a rollback leads %s', (happened, _words, target, skipped) => {
  const { entries, live } = historyOf(...happened);
  const found = rollbackTarget(entries, live);
  expect([found.release?.id ?? null, found.skipped]).toEqual([target, skipped]);
});
