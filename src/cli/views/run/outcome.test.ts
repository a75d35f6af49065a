import { expect, test } from 'vitest';
import type { RunRecord, StepRecord } from '../../../engine/engine.ts';
import type { StepStatus } from '../../../engine/events.ts';
import { renderOutcome } from './outcome.ts';

/** How a failed run of these steps is told, by step and how it ended. */
function told(ended: Readonly<Record<string, StepStatus>>, code: string | null = null): string {
  const ids = Object.keys(ended);
  const run = {
    id: 'run-1',
    title: 'deploy abc to production',
    status: 'failed',
    startedAt: 0,
    finishedAt: 1_000,
    error: code === null ? null : { code, message: '', output: [] },
    input: {},
    graph: { nodes: ids.map((id) => ({ id, title: `The ${id}`, action: { kind: id.split(':')[0] } })) },
  } as unknown as RunRecord;
  const steps = ids.map((id): StepRecord => {
    const status = ended[id] ?? 'pending';
    const startedAt = status === 'pending' ? null : 1;
    return { id, status, attempt: 1, startedAt, finishedAt: null, result: null, error: null };
  });
  const [, line = ''] = renderOutcome(run, steps, { color: false, isLocal: false, interrupted: false }).split(
    '\n',
  );
  return code === null ? line.replace(/^.*; /u, '') : line;
}

test.each([
  [{ 'build:web': 'failed', 'deploy:web': 'pending' }, 'nothing was changed.'],
  [{ 'build:web': 'succeeded', 'deploy:web': 'undone' }, 'all its changes were undone.'],
  [{ 'migrate:main': 'failed', 'deploy:web': 'pending' }, 'no app was changed.'],
  [{ 'migrate:main': 'succeeded', 'deploy:web': 'undone' }, 'every app was restored, migrations stay.'],
  // As with rollback: 'manual'.
  [
    { 'deploy:api': 'succeeded', 'deploy:web': 'failed' },
    'left as it is for you to inspect: The deploy:api, The deploy:web.',
  ],
  [{ 'deploy:web': 'undo-failed' }, 'NOT restored: deploy:web.'],
] as const)('after %j it says: %s', (ended, text) => {
  expect(told(ended)).toBe(text);
});

test.each([
  ['PROVIDER_QUOTA', 'nothing was changed.'],
  ['DATABASE_UNREACHABLE', 'left as it is for you to inspect: The restore-database:main.'],
])('a restore that ended with %s: %s', (code, text) => {
  expect(told({ 'restore-database:main': 'failed' }, code)).toContain(text);
});

test.each([
  ['MIGRATION_UNSAFE', '✗ deploy abc to production was refused in 1.0 s; nothing was changed.'],
  ['GATE_REFUSED', '✗ deploy abc to production was refused in 1.0 s; nothing was changed.'],
  ['MIGRATION_FAILED', '✗ deploy abc to production failed in 1.0 s; nothing was changed.'],
  ['A_CODE_OF_ANOTHER_VERSION', '✗ deploy abc to production failed in 1.0 s; nothing was changed.'],
])('a run that ended with %s is told as what its exit code says', (code, text) => {
  expect(told({ 'gate:safe-migrations': 'failed' }, code)).toBe(text);
});

test('run show tells all of a failure, and does not name itself', () => {
  const run = {
    id: 'run-1',
    title: 'deploy abc to production',
    status: 'failed',
    startedAt: 0,
    finishedAt: 1_000,
    error: {
      code: 'MIGRATION_FAILED',
      message: 'It failed.',
      hint: 'One.\nTwo: glidepath deploy x',
      output: [],
    },
    input: {},
    graph: { nodes: [] },
  } as unknown as RunRecord;
  const view = { color: false, isLocal: true, interrupted: false };
  expect(
    renderOutcome(run, [], { ...view, isShown: true })
      .split('\n')
      .slice(2, -1),
  ).toEqual([
    '  It failed.',
    '  → One.',
    '  → Two: glidepath deploy x --local',
    '  MIGRATION_FAILED · glidepath explain MIGRATION_FAILED',
  ]);
  expect(renderOutcome(run, [], view)).toContain('→ glidepath run show run-1 --local');
});
