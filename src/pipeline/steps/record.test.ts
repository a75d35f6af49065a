import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { database, environment, flyApp } from '../../../test/support/projects.ts';
import { stepRig } from '../../../test/support/step-rig.ts';
import type { StepContext } from '../../engine/graph.ts';
import { systemClock } from '../../util/clock.ts';
import type { Json } from '../../util/json.ts';
import { createHistory } from '../history.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { releaseOf } from '../release.ts';
import { recordStep, reportStep } from './record.ts';

const newest = releaseOf('b'.repeat(40), 'main', { web: 'sha256:2', api: 'sha256:2' });
const earlier = releaseOf('a'.repeat(40), 'main', { web: 'sha256:1', api: 'sha256:1' });
const production = environment('production', { apps: [flyApp('web'), flyApp('api')] });

function recordRollback(apps: readonly string[] | null) {
  const history = createHistory(new DatabaseSync(':memory:'));
  history.saveRelease(newest, 1);
  history.record({
    environment: 'production',
    release: newest,
    runId: 'run-1',
    action: 'deploy',
    at: 1,
    by: 'ada',
  });
  const trigger = { kind: 'rollback', environment: 'production', release: earlier.id, apps };
  const input = {
    version: 1,
    action: 'rollback',
    trigger,
    environment: production,
    release: earlier,
    by: 'ada',
  };
  const lines: string[] = [];
  const context = {
    runId: 'run-2',
    stepId: 'record',
    action: { kind: 'record' },
    input: input as unknown as Json,
    outputs: {},
    log: (line: string) => void lines.push(line),
  } as unknown as StepContext;
  const step = recordStep({ history, clock: systemClock } as unknown as PipelineDeps);
  return { history, lines, step, context };
}

test('a rollback of the whole environment makes the earlier release the live one', async () => {
  for (const apps of [null, ['web', 'api']]) {
    const { history, step, context } = recordRollback(apps);
    await step.execute(context);
    expect(history.live('production')?.release.id).toBe(earlier.id);
    await step.undo?.(context);
    expect(history.live('production')?.release.id).toBe(newest.id);
  }
});

test('a rollback of one app leaves the release on record, and says so', async () => {
  const { history, lines, step, context } = recordRollback(['web']);
  await step.execute(context);
  expect(history.live('production')?.release.id).toBe(newest.id);
  expect(lines).toEqual([`web rolled back to ${earlier.id}; the release on record stays`]);
});

test.each([
  [
    'fly-postgres',
    'to restore it: glidepath db restore staging --to-restore-point before-restore-run-1\nto stop paying for its volume: glidepath db backup staging --name before-restore-run-1 --delete',
  ],
  [
    'neon',
    'to restore it: glidepath db restore staging --to-restore-point before-restore-run-1\nto inspect it: glidepath db url staging:before-restore-run-1',
  ],
] as const)(
  'what a restore replaced on %s is named with the command that leads to it',
  async (provider, command) => {
    const staging = environment('staging', { apps: [], databases: [database('main', { provider })] });
    const { deps, context } = stepRig({
      environment: staging,
      action: { kind: 'report' },
      outputs: { 'restore-database:main': { at: 1, preservedAs: 'before-restore-run-1' } },
    });
    expect(await reportStep(deps).execute(context)).toMatchObject({
      notes: [`what main held before is kept as before-restore-run-1\n${command}`],
    });
  },
);
