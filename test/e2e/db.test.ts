import { createRequire } from 'node:module';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { isProcessAlive } from '../../src/cloud/postgres/server/process-inspection.ts';
import { anewAfterFailure } from '../support/anew-after-failure.ts';
import { eventually } from '../support/postgres-rig.ts';
import { projectRig, type CliResult, type ProjectRig } from '../support/project-rig.ts';
import { cloudOf } from '../support/rig-cloud.ts';
import { tinyProject } from '../support/tiny-project.ts';

/** The Postgres client of this checkout, for the project's own scripts. */
const PG = JSON.stringify(createRequire(import.meta.url).resolve('pg'));

const MIGRATE = `
import { createRequire } from 'node:module';
const pg = createRequire(import.meta.url)(${PG});
const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
await client.query('create table if not exists notes (id int primary key, note text)');
await client.end();
`;

function project(): Record<string, string> {
  const files = tinyProject({
    machines: 1,
    app: "database: 'main', migrate: { command: 'node migrate.mjs', runs: 'runner' },",
  });
  const config = (files['glidepath.config.ts'] ?? '')
    .replace("name: 'tiny',", "name: 'tiny',\n  databases: { main: neon({ project: 'shop' }) },")
    .replace('manual, passed', 'manual, neon, passed');
  return { ...files, 'glidepath.config.ts': config, 'migrate.mjs': MIGRATE };
}

let rig: ProjectRig;

async function open(): Promise<ProjectRig> {
  rig = await projectRig(project());
  await rig.cloudUp();
  const deployed = await rig.run('deploy', 'staging', '--local');
  expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
  return rig;
}

anewAfterFailure(open);

async function query(place: string, sql: string): Promise<Record<string, unknown>[]> {
  const { stdout } = await rig.run('db', 'url', place, '--local');
  const client = new pg.Client({ connectionString: stdout.trim() });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('the data of an environment', () => {
  test('are kept, spoilt, looked at and brought back, with the spoilt ones beside them, and those back again', async () => {
    await query('staging', "insert into notes select n, 'kept' from generate_series(1, 10) n");
    const backup = await rig.json<{ restorePoint: { name: string }; command: string }>(
      'db',
      'backup',
      'staging',
      '--name',
      'friday',
      '--local',
    );
    expect(backup.command).toBe('glidepath db restore staging --to-restore-point friday --local');
    await query('staging', 'delete from notes where id > 4; alter table notes add column spoilt int');

    const list = await rig.run('db', 'restore', 'staging', '--local');
    expect(list.stdout).toMatch(/friday +\d{4}-/);
    const dry = await rig.run(
      'db',
      'restore',
      'staging',
      '--to-restore-point',
      'friday',
      '--dry-run',
      '--local',
    );
    expect(dry.stdout).toMatch(/public\.notes +4 +10 +6 rows back/);
    expect(dry.stdout).toContain('column public.notes.spoilt is gone');

    const unasked = await rig.run('db', 'restore', 'staging', '--to-restore-point', 'friday', '--local');
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining('DATABASE_NOT_CONFIRMED')]);
    expect(unasked.stderr).toContain('--confirm staging');
    expect(await query('staging', 'select count(*)::int as rows from notes')).toEqual([{ rows: 4 }]);

    const restored = await rig.run(
      'db',
      'restore',
      'staging',
      '--to-restore-point',
      'friday',
      '--confirm',
      'staging',
      '--local',
    );
    expect(restored.code, restored.stdout + restored.stderr).toBe(0);
    expect(await query('staging', 'select count(*)::int as rows from notes')).toEqual([{ rows: 10 }]);
    const kept = /is kept as (before-restore-\S+)/.exec(restored.stdout)?.[1] ?? '';
    expect(restored.stdout).toContain(`to inspect it: glidepath db url staging:${kept} --local`);
    const remove = await rig.run('db', 'backup', 'staging', '--name', 'friday', '--delete', '--local');
    expect([remove.code, remove.stderr]).toEqual([1, expect.stringContaining('friday cannot be deleted')]);
    expect(await query(`staging:${kept}`, 'select count(*)::int as rows from notes')).toEqual([{ rows: 4 }]);
    await goBackTo(kept);
  }, 480_000);

  /** To what a restore replaced, and not to a moment that the restore took out of the history. */
  async function goBackTo(kept: string): Promise<void> {
    const [{ was } = { was: new Date() }] = await query(`staging:${kept}`, 'select clock_timestamp() as was');
    const point = await rig.json<{ restorePoints: { name: string; at: number }[] }>(
      'db',
      'restore',
      'staging',
      '--local',
    );
    const at = point.restorePoints.find(({ name }) => name === kept)?.at ?? 0;
    expect(at).toBeLessThan((was as Date).getTime());
    const moment = new Date(at - 1).toISOString();
    for (const words of [
      ['restore', 'staging', '--to', moment, '--dry-run'],
      ['branch', 'staging', 'then', '--at', moment],
    ]) {
      const refused = await rig.run('db', ...words, '--local');
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('DATABASE_OUTSIDE_WINDOW')]);
      expect(refused.stderr).toContain(`glidepath db restore staging --to-restore-point ${kept} --local`);
    }
    const back = ['--to-restore-point', kept, '--confirm', 'staging', '--local'];
    const restored = await rig.run('db', 'restore', 'staging', ...back);
    expect(restored.code, restored.stdout + restored.stderr).toBe(0);
    expect(restored.stdout).toContain('to restore it: glidepath db restore staging --to-restore-point');
    expect(await query('staging', 'select count(*)::int as rows from notes')).toEqual([{ rows: 4 }]);
  }

  test('are brought back to a moment, and the next migration runs again what they do not have', async () => {
    const [{ now } = { now: new Date() }] = await query('staging', 'select clock_timestamp() as now');
    await query('staging', "insert into notes values (100, 'late')");
    const at = (now as Date).toISOString();
    const restored = await rig.run('db', 'restore', 'staging', '--to', at, '--confirm', 'staging', '--local');
    expect(restored.code, restored.stdout + restored.stderr).toBe(0);
    expect(await query('staging', 'select id from notes where id = 100')).toEqual([]);
    const again = await rig.run('deploy', 'staging', '--local');
    expect(again.code, again.stdout + again.stderr).toBe(0);
  });

  test.each([
    [['--to', 'yesterday'], 2, 'is not a moment'],
    [['--to', '400d'], 2, 'DATABASE_OUTSIDE_WINDOW'],
    [['--to', '2999-01-01T00:00:00Z'], 2, 'DATABASE_OUTSIDE_WINDOW'],
    [['--to', '1s', '--to-restore-point', 'friday'], 2, 'cannot be combined'],
    [['--to', '1s', '--confirm', 'nobody'], 2, 'is not the name'],
    [['--database', 'other'], 2, 'There is no database "other"'],
  ])('are left alone by db restore staging %j', async (words, code, said) => {
    const refused = await rig.run('db', 'restore', 'staging', ...words, '--local');
    expect([refused.code, refused.stdout + refused.stderr]).toEqual([code, expect.stringContaining(said)]);
  });
});

describe('a backup by hand', () => {
  test('is restored by its name alone, and when the environment is confirmed by its own', async () => {
    expect((await rig.run('db', 'backup', 'staging', '--name', 'thursday', '--local')).code).toBe(0);
    for (const [words, said] of [
      [['thrusday'], 'thursday'],
      [['thursday', '--confirm', 'production'], 'is not the name'],
    ] as const) {
      const refused = await rig.run('db', 'restore', 'staging', '--to-restore-point', ...words, '--local');
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(said)]);
    }
  });

  test('is of now: a name that is taken is refused, until the one that has it is deleted', async () => {
    const kept = (): Promise<CliResult> => rig.run('db', 'backup', 'staging', '--name', 'monday', '--local');
    expect((await kept()).code).toBe(0);
    const again = await kept();
    expect([again.code, again.stderr]).toEqual([
      2,
      expect.stringContaining('glidepath db backup staging --name monday --delete --local'),
    ]);
    const remove = ['db', 'backup', 'staging', '--name', 'monday', '--delete', '--local'];
    expect((await rig.run(...remove)).stdout).toContain('monday is deleted');
    expect((await rig.run(...remove)).stdout).toContain('There is no restore point monday');
    expect((await kept()).code).toBe(0);
  });

  test('says so where it is not kept for as long as was asked', async () => {
    const { stdout } = await rig.run('db', 'backup', 'staging', '--for', '90d', '--local');
    expect(stdout).toContain('! Not for 90d:');
    const branch = await rig.run('db', 'branch', 'staging', 'long', '--for', '90d', '--local');
    expect(branch.stdout).toContain('! Not for 90d:');
    const short = await rig.run('db', 'backup', 'staging', '--for', '1s', '--local');
    expect([short.code, short.stderr]).toEqual([2, expect.stringContaining('too short')]);
  });

  test.each([
    ['backup staging --name', 'bad name;'],
    ['backup staging --name', 'before-run-mwqg8mrwy8'],
    ['branch staging', 'My Branch'],
  ])('or a branch has no name that a command could not take: %s %s', async (command, name) => {
    const refused = await rig.run('db', ...command.split(' '), name, '--local');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('CLI_USAGE')]);
  });

  test('of a database that is not there names the very command that makes it', async () => {
    const refused = await rig.run('db', 'restore', 'production', '--to', '1s', '--local');
    expect(refused.stderr).toContain('glidepath deploy production --local');
  });
});

describe('a branch by hand', () => {
  test('is made, reached, compared with where it comes from, and deleted', async () => {
    const made = await rig.run('db', 'branch', 'staging', 'try', '--local');
    expect(made.code, made.stderr).toBe(0);
    for (const words of [[], ['--schema-only'], ['--for', '3d']]) {
      const again = await rig.run('db', 'branch', 'staging', 'try', ...words, '--local');
      expect([again.code, again.stderr]).toEqual([
        2,
        expect.stringContaining('There is a branch try already'),
      ]);
      expect(again.stderr).toContain('glidepath db branch staging try --delete --local');
    }
    const same = await rig.run('db', 'diff', 'staging', 'staging:try', '--exit-code', '--local');
    expect([same.code, same.stdout]).toEqual([0, expect.stringContaining('have the same schema')]);
    await query('staging:try', 'create table extra (id int)');
    const differs = await rig.run('db', 'diff', 'staging', 'staging:try', '--exit-code', '--local');
    expect([differs.code, differs.stdout]).toEqual([3, expect.stringContaining('+ table public.extra')]);
    const url = async (place: string): Promise<string> =>
      (await rig.run('db', 'url', place, '--local')).stdout.trim();
    const variables = { ONE_URL: await url('staging'), OTHER_URL: await url('staging:try') };
    const diff = ['db', 'diff', 'staging', 'production', '--left-url-from', 'ONE_URL', '--local'];
    const other = await rig.runWith(variables, ...diff, '--right-url-from', 'OTHER_URL', '--exit-code');
    expect([other.code, other.stdout]).toEqual([3, expect.stringContaining('+ table public.extra')]);
    const itself = await rig.runWith(variables, ...diff, '--right-url-from', 'ONE_URL', '--exit-code');
    expect([itself.code, itself.stderr]).toEqual([
      2,
      expect.stringContaining('staging and production are the same database here'),
    ]);
    const unset = await rig.runWith(variables, ...diff, '--right-url-from', 'NO_URL');
    expect([unset.code, unset.stderr]).toEqual([2, expect.stringContaining('NO_URL')]);
    expect((await rig.run('db', 'branch', 'staging', '--local')).stdout).toMatch(/try +staging/);
    expect((await rig.run('db', 'branch', 'staging', 'try', '--delete', '--local')).code).toBe(0);
    const gone = await rig.run('db', 'url', 'staging:try', '--local');
    expect([gone.code, gone.stderr]).toEqual([2, expect.stringContaining('DATABASE_UNKNOWN_BRANCH')]);
  });

  test('never is the database of an environment', async () => {
    const refused = await rig.run('db', 'branch', 'staging', 'staging', '--delete', '--local');
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('is the database of staging'),
    ]);
  });

  test('without rows has the tables only', async () => {
    const made = await rig.run('db', 'branch', 'staging', 'empty', '--schema-only', '--local');
    expect(made.code, made.stderr).toBe(0);
    expect(await query('staging:empty', 'select count(*)::int as rows from notes')).toEqual([{ rows: 0 }]);
  });
});

describe.runIf(process.platform === 'linux')('a local cloud that was killed', () => {
  test('leaves database servers, which is said with what ends them, and they are ended', async () => {
    await query('staging', 'select 1');
    const { pid } = await cloudOf(rig);
    process.kill(pid, 'SIGKILL');
    await eventually(async () => !(await isProcessAlive(pid)));
    for (const words of [
      ['cloud', 'status'],
      ['db', 'url', 'staging', '--local'],
    ]) {
      const said = await rig.run(...words);
      expect([said.code, said.stderr]).toEqual([
        expect.any(Number),
        expect.stringMatching(/it was killed, and \d+ database servers? .*still runs?\./s),
      ]);
      expect(said.stderr).toContain('glidepath cloud down');
    }
    expect((await rig.run('cloud', 'down')).stdout).toMatch(/[1-9]\d* process/);
    expect((await rig.run('cloud', 'status')).stderr).toContain('is not running.');
  });
});
