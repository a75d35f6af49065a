import { expect, test } from 'vitest';
import { database, environment, flyApp, migration } from '../../../test/support/projects.ts';
import { sourceWith, stepRig } from '../../../test/support/step-rig.ts';
import type { History } from '../history.ts';
import { releaseOf, type MigrationRecord } from '../release.ts';
import { gateStep } from './gate.ts';
import { migrationFilesStep } from './migration-files.ts';

const [OLD, NEW, NEWER, RENAMED] = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(40)) as [
  string,
  string,
  string,
  string,
];
const FIRST = { 'migrations/1.sql': 'create table member ()' };
const source = sourceWith({
  [OLD]: FIRST,
  [NEW]: { ...FIRST, 'migrations/2.sql': 'create table note ()' },
  [NEWER]: { 'migrations/1.sql': 'create table members ()', 'migrations/2.sql': 'create table note ()' },
  [RENAMED]: { ...FIRST, 'migrations/2_notes.sql': 'create table note ()' },
});
const app = flyApp('web', { database: 'main', migrate: migration() });
const staging = environment('staging', { apps: [app], databases: [database('main')] });
const review = environment('review/pr-1', {
  kind: 'review',
  apps: [app],
  databases: [database('main', { ephemeral: true })],
});

/** Runs the step as a deployment of the commit, and records its release as live. */
async function deploy(commit: string, at: number, history?: History, where = staging, action = 'deploy') {
  const rig = stepRig({
    environment: where,
    action: { kind: 'migration-files' },
    commit,
    runId: `run-${at}`,
    ...(history === undefined ? {} : { history }),
    deps: { source },
  });
  const { files } = (await migrationFilesStep(rig.deps).execute(rig.context)) as { files: MigrationRecord };
  const release = releaseOf(commit, 'main', { web: `sha256:${commit}` });
  const migrations = action === 'rollback' ? null : files;
  rig.history.saveRelease(release, at);
  rig.history.record({
    environment: where.name,
    release,
    runId: `run-${at}`,
    action,
    at,
    by: 'ada',
    migrations,
  });
  return rig;
}

test('the files of a commit are taken down with their checksums, and new ones counted', async () => {
  const { history, lines } = await deploy(OLD, 1);
  const second = await deploy(NEW, 2, history);
  expect(lines).toEqual(['main: 1 migration file, 1 of them new here']);
  expect(second.lines).toEqual(['main: 2 migration files, 1 of them new here']);
  expect(Object.keys(history.entries('staging', 1)[0]?.migrations?.['main'] ?? {})).toEqual([
    'migrations/1.sql',
    'migrations/2.sql',
  ]);
});

test('a file that ran and was edited is MIGRATION_EDITED, with the release, the day and how to look', async () => {
  const { history } = await deploy(NEW, Date.UTC(2026, 10, 21));
  await expect(deploy(NEWER, 2, history)).rejects.toMatchObject({
    code: 'MIGRATION_EDITED',
    message: expect.stringMatching(
      /migrations\/1\.sql ran in staging with r-bbbbbbb-\w+ on 2026-11-21/,
    ) as unknown,
    hint: expect.stringContaining('git diff bbbbbbb ccccccc -- migrations/1.sql') as unknown,
  });
});

test('a file that ran and was renamed is MIGRATION_EDITED: it would run a second time', async () => {
  const { history } = await deploy(NEW, Date.UTC(2026, 10, 21));
  await expect(deploy(RENAMED, 2, history)).rejects.toMatchObject({
    code: 'MIGRATION_EDITED',
    message: expect.stringMatching(
      /^migrations\/2_notes\.sql was called migrations\/2\.sql when it ran in staging with r-bbbbbbb-\w+ on 2026-11-21; under its new name it would run again\.$/,
    ) as unknown,
    hint: expect.stringContaining('git mv migrations/2_notes.sql migrations/2.sql') as unknown,
  });
});

test('a file that is gone is named and no reason to refuse', async () => {
  const { history } = await deploy(NEW, 1);
  const { lines } = await deploy(OLD, 2, history);
  expect(lines[0]).toMatch(/^! migrations\/2\.sql ran with r-bbbbbbb-\w+ and no longer exists$/);
});

test('what ran on a database that is not there any more counts no longer', async () => {
  const { history } = await deploy(NEW, 1, undefined, review);
  await expect(deploy(NEWER, 2, history, review)).rejects.toMatchObject({
    hint: expect.stringMatching(/close and reopen the pull request/) as unknown,
  });
  history.newDatabase('review/pr-1', 'main', 'run-3', 3);
  expect((await deploy(NEWER, 4, history, review)).lines).toEqual([
    'main: 2 migration files, 2 of them new here',
  ]);
});

test('what a rollback made live ran no migration', async () => {
  const { history } = await deploy(OLD, 1, undefined, staging, 'rollback');
  expect((await deploy(NEWER, 2, history)).lines).toEqual(['main: 2 migration files, 2 of them new here']);
});

test('passed() is MIGRATION_NOT_PASSED where other files ran than would run here', async () => {
  const narrow = flyApp('web', {
    database: 'main',
    migrate: { ...migration(), files: ['migrations/1.sql'] },
  });
  const { history } = await deploy(NEW, 1, undefined, { ...staging, apps: [narrow] });
  const gate = { kind: 'passed', environment: 'staging' } as const;
  const rig = stepRig({
    environment: environment('production', { apps: [app], databases: [database('main')], gates: [gate] }),
    action: { kind: 'gate', gate },
    commit: NEW,
    history,
    deps: { source },
  });
  await expect(gateStep(rig.deps).execute(rig.context)).rejects.toMatchObject({
    code: 'MIGRATION_NOT_PASSED',
    message: 'staging did not run migrations/2.sql of main as production would.',
    output: ['migrations/2.sql'],
  });
  await deploy(NEW, 3, history);
  await gateStep(rig.deps).execute(rig.context);
  expect(rig.lines.at(-1)).toBe('main: the same 2 migration files ran in staging');
});

test('passed() holds where an older version recorded no files', async () => {
  const gate = { kind: 'passed', environment: 'staging' } as const;
  const rig = stepRig({
    environment: environment('production', { apps: [app], databases: [database('main')], gates: [gate] }),
    action: { kind: 'gate', gate },
    commit: NEW,
    deps: { source },
  });
  const release = releaseOf(NEW, 'main', { web: 'sha256:1' });
  rig.history.saveRelease(release, 1);
  rig.history.record({ environment: 'staging', release, runId: 'run-0', action: 'deploy', at: 1, by: 'ada' });
  await gateStep(rig.deps).execute(rig.context);
  expect(rig.lines.at(-1)).toBe('main: what ran in staging is not known');
});

/** What a deployment of the commit to production, which migrates after staging, says or is refused for. */
async function toProduction(commit: string, history: History, ranBefore?: string): Promise<string[]> {
  const production = environment('production', { apps: [app], databases: [database('main')] });
  if (ranBefore !== undefined) await deploy(ranBefore, 1, history, production);
  const rig = stepRig({
    environment: production,
    action: { kind: 'migration-files', after: 'staging' },
    commit,
    history,
    deps: { source },
  });
  await migrationFilesStep(rig.deps).execute(rig.context);
  return rig.lines;
}

test('a new file that the environment before has not run is MIGRATION_NOT_PASSED, with the way out', async () => {
  const { history } = await deploy(OLD, 1);
  await expect(toProduction(NEW, history)).rejects.toMatchObject({
    code: 'MIGRATION_NOT_PASSED',
    message: 'migrations/2.sql of main would run in production, and has not run in staging.',
    output: ['migrations/2.sql'],
    hint: [
      'Deploy it there first: glidepath deploy staging --ref bbbbbbb',
      'If production does not come after staging, write in the config which environment it comes after, or null: environments: { production: { migrateAfter: null } }',
    ].join('\n'),
  });
  await deploy(NEW, 2, history);
  expect((await toProduction(NEW, history)).at(-1)).toBe('main: all 2 new ones ran in staging');
});

test('the first deployment of all goes to the environment before', async () => {
  const { history } = stepRig({ environment: staging, action: { kind: 'migration-files' } });
  await expect(toProduction(NEW, history)).rejects.toMatchObject({
    code: 'MIGRATION_NOT_PASSED',
    message:
      'migrations/1.sql and 1 more of main would run in production, and have not run in staging, where nothing has been deployed yet.',
    output: ['migrations/1.sql', 'migrations/2.sql'],
  });
});

test('a file under the same name with another text has not run there', async () => {
  const { history } = await deploy(NEWER, 1);
  await expect(toProduction(NEW, history)).rejects.toMatchObject({
    message: 'migrations/1.sql of main would run in production, and has not run in staging.',
  });
});

test('only what is new here is asked for, and with any commit of the environment before', async () => {
  const { history } = await deploy(NEW, 2);
  expect((await toProduction(NEW, history, OLD)).at(-1)).toBe('main: the new one ran in staging');
  // A fix that brings no migration waits for nobody.
  const fresh = stepRig({ environment: staging, action: { kind: 'migration-files' } }).history;
  expect(await toProduction(OLD, fresh, OLD)).toEqual(['main: 1 migration file, 0 of them new here']);
  // Staging has gone on since.
  const ahead = (await deploy(NEW, 3)).history;
  expect((await toProduction(OLD, ahead)).at(-1)).toBe('main: the new one ran in staging');
});

test('where an older version recorded no files of the environment before, that is said', async () => {
  const { history } = await deploy(OLD, 1, undefined, staging, 'rollback');
  expect((await toProduction(NEW, history)).at(-1)).toBe('main: what ran in staging is not known');
});
