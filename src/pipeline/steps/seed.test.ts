import { expect, test } from 'vitest';
import { database, environment, flyApp } from '../../../test/support/projects.ts';
import { stepRig, type StepRig, type StepRigOptions } from '../../../test/support/step-rig.ts';
import type { DatabasePlatform } from '../../providers/database-platform.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import type { RunCommand } from '../../util/run-command.ts';
import { seedStep } from './seed.ts';

const seed = { command: 'node seed.mjs', timeoutMs: 60_000, when: 'deploy' } as const;
const review = environment('review/pr-1', {
  kind: 'review',
  apps: [flyApp('web', { database: 'main' })],
  databases: [database('main', { secret: 'DB', seed })],
});
const platform = {
  address: (_database: unknown, { use }: { use: string }) =>
    Promise.resolve({ url: `postgres://inside/${use}`, outsideUrl: `postgres://outside/${use}` }),
} as unknown as DatabasePlatform;

function rigWith(runCommand: RunCommand, options: Partial<StepRigOptions> = {}): StepRig {
  const builder = { checkout: (commit: string) => Promise.resolve(`/src/${commit}`) };
  return stepRig({
    environment: review,
    action: { kind: 'seed', database: 'main' },
    ...options,
    deps: { databasePlatformOf: () => platform, builder: builder as PipelineDeps['builder'], runCommand },
  });
}

test('the command runs once in the life of a database, on its direct URL', async () => {
  const ran: unknown[] = [];
  const runCommand: RunCommand = ({ command, env }) => {
    ran.push([command, env]);
    return Promise.resolve({ exitCode: 0, timedOut: false });
  };
  const first = rigWith(runCommand);
  expect(await seedStep(first.deps).execute(first.context)).toEqual({ seeded: true });
  const { history } = first;
  const second = rigWith(runCommand, { history, runId: 'run-2' });
  expect(await seedStep(second.deps).execute(second.context)).toEqual({ seeded: false, by: 'run-1' });
  const env = {
    DB: 'postgres://outside/direct',
    GLIDEPATH_ENVIRONMENT: 'review/pr-1',
    GLIDEPATH_COMMIT: 'c'.repeat(40),
  };
  expect(ran).toEqual([['node seed.mjs', env]]);
  history.newDatabase('review/pr-1', 'main', 'run-3', 3);
  const third = rigWith(runCommand, { history, runId: 'run-3' });
  expect(await seedStep(third.deps).execute(third.context)).toEqual({ seeded: true });
  expect(ran).toHaveLength(2);
});

test('one that fails is SEED_FAILED with what it printed, and is run again by the next deployment', async () => {
  const failing: RunCommand = ({ onLine }) => {
    onLine('duplicate key');
    return Promise.resolve({ exitCode: 1, timedOut: false });
  };
  const rig = rigWith(failing);
  await expect(seedStep(rig.deps).execute(rig.context)).rejects.toMatchObject({
    code: 'SEED_FAILED',
    message: 'The test data of main failed with exit code 1: node seed.mjs',
    output: ['duplicate key'],
  });
  expect(rig.history.seededBy('review/pr-1', 'main')).toBeNull();
});
