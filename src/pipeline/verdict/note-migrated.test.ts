import { describe, expect, test } from 'vitest';
import type { ResolvedEnvironment } from '../../config/resolved.ts';
import type { Verdict } from '../../migrations/verdict/rollback-verdict.ts';
import type { Json } from '../../util/json.ts';
import { stepRig } from '../../../test/support/step-rig.ts';
import type { MigratedRecord } from './migrated-records.ts';
import { notingMigrated } from './note-migrated.ts';
import { withEarlier } from './with-earlier.ts';

const migrate = { command: 'x', runs: 'runner', timeoutMs: 1, files: [], lockTimeoutMs: 1, attempts: 1 };
const ENVIRONMENT = {
  name: 'live',
  apps: [],
  databases: [{ name: 'main', migrate }],
} as unknown as ResolvedEnvironment;
const OLD = { id: 'r-1', commit: 'a', ref: 'main', digests: {}, migrations: { main: { '1.sql': 'one' } } };

/** What is remembered of a migration that fails after it was tried, or was not. */
async function afterFailure(
  files: Record<string, string>,
  tried: { verdict: Verdict; from: string } | null,
): Promise<readonly MigratedRecord[]> {
  const probe = {
    database: 'main',
    ...(tried === null
      ? {}
      : { verdict: { ...tried, reasons: ['It did something.'], cells: [], changes: [] } }),
  };
  const outputs = { 'migration-files': { files: { main: files } }, 'probe:main': { probe } as Json };
  const { deps, context, history } = stepRig({
    environment: ENVIRONMENT,
    action: { kind: 'migrate', database: 'main', app: null },
    outputs,
  });
  history.saveRelease(OLD, 1);
  history.record({ environment: 'live', release: OLD, runId: 'run-0', at: 1, by: 'ada', action: 'deploy' });
  const step = notingMigrated(deps, { execute: () => Promise.reject(new Error('half of it ran')) });
  await expect(step.execute(context)).rejects.toThrow('half of it ran');
  return history.migratedSince({ environment: 'live', database: 'main', from: 'r-1' });
}

describe('a migration whose deployment fails', () => {
  const files = { '1.sql': 'one', '2.sql': 'two' };

  test('is remembered with what was shown of it', async () => {
    const [noted] = await afterFailure(files, { verdict: 'forward-only', from: 'r-1' });
    expect(noted).toMatchObject({ run: 'run-1', verdict: 'forward-only', reason: 'It did something.' });
  });

  test('is not known where it was not tried, or from another release', async () => {
    expect((await afterFailure(files, null))[0]?.verdict).toBe('unknown');
    expect((await afterFailure(files, { verdict: 'safe', from: 'r-0' }))[0]?.verdict).toBe('unknown');
  });

  test('is none where the files are those of what is live', async () => {
    expect(await afterFailure({ '1.sql': 'one' }, null)).toEqual([]);
  });
});

describe('the verdict of the next release', () => {
  const next = { verdict: 'safe', reasons: ['Nothing of the database changes.'] } as const;

  test('is not better than that of what was migrated before, and says so first', () => {
    const judged = withEarlier(next, [
      { run: 'run-1', verdict: 'forward-only', reason: 'A column is gone.' },
    ]);
    expect(judged).toEqual({
      verdict: 'forward-only',
      reasons: [
        'run-1 migrated before, from the same release: forward only. A column is gone.',
        'Nothing of the database changes.',
      ],
    });
  });

  test('is its own where what was migrated before was safe', () => {
    expect(withEarlier(next, [{ run: 'run-1', verdict: 'safe', reason: 'It adds.' }])).toEqual(next);
  });
});
