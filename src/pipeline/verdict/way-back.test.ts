import { describe, expect, test } from 'vitest';
import type { ToolError } from '../../diagnostics/tool-error.ts';
import type { Verdict } from '../../migrations/verdict/rollback-verdict.ts';
import type { HistoryEntry } from '../history.ts';
import { crossedReleases, requireWayBack, type AskedWayBack } from './way-back.ts';

const POINT = { database: 'main', name: 'before-run-1', at: 0, expiresAt: 500 };

function entry(id: string, verdict: Verdict | null, more: Partial<HistoryEntry> = {}): HistoryEntry {
  const databases =
    verdict === null ? [] : [{ database: 'main', verdict, reasons: [`${id} did something.`] }];
  return {
    environment: 'live',
    release: { id, commit: id, ref: 'main', digests: {} },
    runId: `run-${id}`,
    at: 0,
    by: 'ada',
    action: 'deploy',
    previous: null,
    restorePoints: [POINT],
    migrations: { main: { '1.sql': id } },
    probes: [],
    back: verdict === null ? null : { verdict, from: 'before', databases },
    ...more,
  };
}

function asked(
  entries: readonly HistoryEntry[],
  target: string,
  more: Partial<AskedWayBack> = {},
): AskedWayBack {
  const crossed = crossedReleases(entries, target);
  return { environment: 'live', target, crossed, across: [], hasOneDatabase: true, now: 100, ...more };
}

function refusalOf(way: AskedWayBack): ToolError {
  try {
    requireWayBack(way);
  } catch (error) {
    return error as ToolError;
  }
  throw new Error('it was let through');
}

describe('the way back', () => {
  test('over a release that never migrated anything says nothing; over one that was never tried it does', () => {
    const stateless = entry('b', null, { migrations: null, restorePoints: [] });
    expect(requireWayBack(asked([stateless, entry('a', null)], 'a'))).toEqual([]);
    expect(requireWayBack(asked([entry('b', null), entry('a', null)], 'a'))).toHaveLength(1);
  });

  test('over releases that are safe asks nothing', () => {
    expect(requireWayBack(asked([entry('c', 'safe'), entry('b', 'safe'), entry('a', null)], 'a'))).toEqual(
      [],
    );
  });

  test('is free where the data were brought back to before the release that is forward only', () => {
    const entries = [entry('b', 'forward-only', { at: 50 }), entry('a', null)];
    const restoredTo = (target: number) => (_database: string, at: number) => !(at > target && at <= 60);
    expect(crossedReleases(entries, 'a', restoredTo(POINT.at))).toEqual([]);
    expect(crossedReleases(entries, 'a', restoredTo(POINT.at + 10))).toHaveLength(1);
  });

  test('over one that is forward only is refused with the reason, the data of before, and how to go all the same', () => {
    const error = refusalOf(asked([entry('c', 'safe'), entry('b', 'forward-only'), entry('a', null)], 'a'));
    expect(error.code).toBe('ROLLBACK_FORWARD_ONLY');
    expect(error.message).toBe('live cannot be rolled back to a: b is forward only. b did something.');
    expect(error.hint).toContain('glidepath db restore live --to-restore-point before-run-1');
    expect(error.hint).toContain('glidepath rollback live --to a --across-forward-only b');
  });

  test('names no restore point that is gone by now', () => {
    const way = asked([entry('b', 'forward-only'), entry('a', null)], 'a', { now: 501 });
    expect(refusalOf(way).hint).not.toContain('db restore');
  });

  test('does not lead over what was live before the target, nor over the target itself', () => {
    const entries = [entry('c', 'safe'), entry('b', 'forward-only'), entry('a', 'forward-only')];
    expect(requireWayBack(asked(entries, 'b'))).toEqual([]);
  });

  test('is open where exactly what is in the way is named, and it is said', () => {
    const entries = [entry('c', 'forward-only'), entry('b', 'forward-only'), entry('a', null)];
    expect(requireWayBack(asked(entries, 'a', { across: ['b', 'c'] }))).toHaveLength(2);
    expect(refusalOf(asked(entries, 'a', { across: ['b'] })).message).toContain('c is forward only');
    const stranger = refusalOf(asked(entries, 'a', { across: ['b', 'c', 'a'] }));
    expect([stranger.code, stranger.hint]).toEqual([
      'CLI_USAGE',
      'Name the ones that are: --across-forward-only c b',
    ]);
  });

  test('over one that is code only, or of which nothing is known, is open with a word', () => {
    const entries = [entry('d', 'code-only'), entry('c', 'unknown'), entry('b', null), entry('a', null)];
    const notes = requireWayBack(asked(entries, 'a'));
    expect(notes[0]).toContain('d is code only');
    expect(notes[1]).toContain('whether the release before c works');
    expect(notes[2]).toContain('Not tested: whether the release before b works with the current schema');
  });

  test('is not about releases that migrated nothing: with the files of the one before, or rollbacks', () => {
    const files = { migrations: { main: { '1.sql': 'same' } } };
    const entries = [
      entry('a', null, { action: 'rollback', migrations: null }),
      entry('b', null, files),
      entry('a', null, files),
    ];
    expect(crossedReleases(entries, 'a')).toEqual([]);
  });

  test('forth again after a rollback leads over nothing', () => {
    const entries = [entry('a', null, { action: 'rollback' }), entry('b', 'forward-only'), entry('a', null)];
    expect(crossedReleases(entries, 'b')).toEqual([]);
    expect(crossedReleases(entries, 'a').map(({ entry: { release } }) => release.id)).toEqual(['b']);
  });
});
