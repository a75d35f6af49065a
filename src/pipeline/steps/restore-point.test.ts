import { expect, test } from 'vitest';
import { database, environment, flyApp, migration } from '../../../test/support/projects.ts';
import { stepRig, type StepRig, type StepRigOptions } from '../../../test/support/step-rig.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { DatabasePlatform, RestorePoint } from '../../providers/database-platform.ts';
import type { Json } from '../../util/json.ts';
import { releaseOf } from '../release.ts';
import { namingRestorePoints } from '../restore-points.ts';
import { restorePointStep } from './restore-point.ts';

const main = database('main', { restorePoints: { keep: 2, forMs: 60_000 } });
const production = environment('production', {
  apps: [flyApp('web', { database: 'main', migrate: migration() })],
  databases: [main],
});

/** A platform that keeps restore points in memory, `most` of them at once; those that are `needed` stay. */
function platformWith(names: readonly string[], most = 10, needed: readonly string[] = []) {
  const points: RestorePoint[] = names.map((name, index) => ({
    name,
    at: index,
    expiresAt: null,
    isOurs: !name.startsWith('theirs'),
  }));
  const platform = {
    restorePoints: () => Promise.resolve(points.toReversed()),
    createRestorePoint(_database: unknown, { name, expiresAt }: { name: string; expiresAt: number | null }) {
      const known = points.find((point) => point.name === name);
      if (known !== undefined) return Promise.resolve(known);
      if (points.length >= most) throw new ToolError('PROVIDER_QUOTA', 'no room for another');
      const point = { name, at: 100 + points.length, expiresAt, isOurs: true };
      points.push(point);
      return Promise.resolve(point);
    },
    deleteRestorePoint(_database: unknown, name: string) {
      if (needed.includes(name))
        return Promise.resolve({ isGone: false, because: 'branch x was made from it' });
      points.splice(
        points.findIndex((point) => point.name === name),
        1,
      );
      return Promise.resolve({ isGone: true });
    },
  } as unknown as DatabasePlatform;
  return { platform, names: () => points.map((point) => point.name) };
}

function rigWith(platform: DatabasePlatform, options: Partial<StepRigOptions> = {}): StepRig {
  return stepRig({
    environment: production,
    action: { kind: 'restore-point', database: 'main' },
    ...options,
    deps: { databasePlatformOf: () => platform },
  });
}

function liveSince({ history }: StepRig, at: number): void {
  const release = releaseOf('a'.repeat(40), 'main', { web: 'sha256:1' });
  history.saveRelease(release, at);
  history.record({ environment: 'production', runId: 'run-0', action: 'deploy', at, by: 'ada', release });
}

const make = async ({ deps, context }: StepRig): Promise<Json> => restorePointStep(deps).execute(context);

test('a restore point is named after its run, is made once, and leaves the newest of ours beside it', async () => {
  const there = ['before-run-x', 'theirs', 'before-run-y', 'before-run-z'];
  const { platform, names } = platformWith(there);
  const rig = rigWith(platform);
  liveSince(rig, 100);
  const result = await make(rig);
  expect(result).toMatchObject({ name: 'before-run-1', at: 104, expiresAt: expect.any(Number) as unknown });
  expect(names()).toEqual(['theirs', 'before-run-z', 'before-run-1']);
  expect(await make(rig)).toEqual(result);
  expect(names()).toEqual(['theirs', 'before-run-z', 'before-run-1']);
});

test('what people keep by hand is never removed for it, whatever they call it', async () => {
  const { platform, names } = platformWith([
    'by-hand-1',
    'before-friday',
    'friday',
    'before-run-x',
    'before-run-y',
  ]);
  await make(rigWith(platform));
  expect(names()).toEqual(['by-hand-1', 'before-friday', 'friday', 'before-run-x', 'before-run-1']);
});

test('however often is tried, the state before the first try since the live release stays', async () => {
  const { platform, names } = platformWith([
    'before-run-live',
    'before-run-x',
    'before-run-y',
    'before-run-z',
  ]);
  const rig = rigWith(platform);
  liveSince(rig, 0);
  await make(rig);
  expect(names()).toEqual(['before-run-x', 'before-run-1']);
});

test('where the platform has no room for another, the oldest of ours makes room', async () => {
  const { platform, names } = platformWith(['before-run-x', 'before-run-y'], 2);
  const rig = rigWith(platform);
  liveSince(rig, 100);
  await make(rig);
  expect(names()).toEqual(['before-run-y', 'before-run-1']);
  const full = platformWith(['theirs-1', 'theirs-2'], 2);
  await expect(make(rigWith(full.platform))).rejects.toMatchObject({ code: 'PROVIDER_QUOTA' });
});

test('one that the platform has to keep makes no room, and is not called removed', async () => {
  const kept = platformWith(['before-run-x', 'before-run-y', 'before-run-z'], 3, ['before-run-x']);
  const rig = rigWith(kept.platform);
  liveSince(rig, 100);
  await make(rig);
  expect(kept.names()).toEqual(['before-run-x', 'before-run-z', 'before-run-1']);
  expect(rig.lines).toContain('main: before-run-x stays: branch x was made from it');
  const stuck = platformWith(['before-run-x', 'before-run-y'], 2, ['before-run-x', 'before-run-y']);
  await expect(make(rigWith(stuck.platform))).rejects.toMatchObject({ code: 'PROVIDER_QUOTA' });
});

test('none is made of a database that was made in this run', async () => {
  const { platform, names } = platformWith([]);
  const rig = rigWith(platform, { outputs: { 'ensure-database:main': { created: true } } });
  expect(await make(rig)).toEqual({ skipped: 'main was made in this run and holds nothing yet' });
  expect(names()).toEqual([]);
});

test('none is made where no migration file changed since the live release, and one is where any did', async () => {
  const { platform } = platformWith([]);
  const outputs = { 'migration-files': { files: { main: { 'migrations/1.sql': 'aa' } } } };
  const rig = rigWith(platform, { outputs });
  const release = releaseOf('a'.repeat(40), 'main', { web: 'sha256:1' });
  const live = { environment: 'production', runId: 'run-0', action: 'deploy', at: 1, by: 'ada' };
  rig.history.saveRelease(release, 1);
  rig.history.record({ ...live, release, migrations: { main: { 'migrations/1.sql': 'aa' } } });
  expect(await make(rig)).toEqual({
    skipped: `no migration file changed since ${release.id}, which is live`,
  });
  const changed = { 'migration-files': { files: { main: { 'migrations/1.sql': 'aa', '2.sql': 'bb' } } } };
  expect(await make(rigWith(platform, { outputs: changed, history: rig.history }))).toMatchObject({
    name: 'before-run-1',
  });
  const unknown = { 'migration-files': { files: { main: {} } } };
  expect(await make(rigWith(platform, { outputs: unknown, history: rig.history }))).toMatchObject({
    name: 'before-run-1',
  });
});

test('a platform without restore points is no reason to fail', async () => {
  const platform = {
    createRestorePoint: () => Promise.reject(new ToolError('PROVIDER_NOT_SUPPORTED', 'not here')),
  } as unknown as DatabasePlatform;
  expect(await make(rigWith(platform))).toEqual({ skipped: 'fly-postgres has no restore points here' });
});

test('every later failure of the run names the restore point, with the command that uses it', async () => {
  const failing = namingRestorePoints({
    execute: () => Promise.reject(new ToolError('SMOKE_FAILED', 'no', { hint: 'Look.' })),
  });
  const outputs = { 'restore-point:main': { name: 'before-run-1', at: 1, expiresAt: null } };
  const one = rigWith(platformWith([]).platform, { outputs });
  await expect(failing.execute(one.context)).rejects.toMatchObject({
    code: 'SMOKE_FAILED',
    hint: 'Look.\nThe data of main as before this run: glidepath db restore production --to-restore-point before-run-1',
  });
  const several = rigWith(platformWith([]).platform, {
    outputs,
    environment: { ...production, databases: [main, database('stats')] },
  });
  await expect(failing.execute(several.context)).rejects.toMatchObject({
    hint: expect.stringContaining('production --database main --to-restore-point') as unknown,
  });
  const placeholder = namingRestorePoints({
    execute: () =>
      Promise.reject(new ToolError('PROVIDER_QUOTA', 'full', { hint: 'db backup <environment>' })),
  });
  await expect(placeholder.execute(rigWith(platformWith([]).platform).context)).rejects.toMatchObject({
    hint: 'db backup production',
  });
  const none = rigWith(platformWith([]).platform);
  await expect(failing.execute(none.context)).rejects.toMatchObject({ hint: 'Look.' });
});
