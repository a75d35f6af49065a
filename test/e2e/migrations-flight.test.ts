import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/engine/events.ts';
import { PG } from '../support/flight-rig.ts';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { tinyProject } from '../support/tiny-project.ts';
import { withoutProgress } from '../support/without-progress.ts';

/** A small tool that migrates: each file once, in a transaction with the line that says so. */
const MIGRATE = `
import { readdirSync, readFileSync } from 'node:fs';
import pg from ${JSON.stringify(PG)};
const client = new pg.Client(process.env.DATABASE_URL);
client.on('error', () => process.exit(1));
try {
  await client.connect();
  await client.query('create table if not exists schema_migrations (name text primary key)');
  for (const name of readdirSync('migrations').sort()) {
    const known = await client.query('select 1 from schema_migrations where name = $1', [name]);
    if (known.rowCount > 0) continue;
    await client.query('begin');
    await client.query(readFileSync('migrations/' + name, 'utf8'));
    await client.query('insert into schema_migrations values ($1)', [name]);
    await client.query('commit');
    console.log('applied ' + name);
  }
  await client.end();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
`;

/** Prints where the database is, so that a test can look into it; the local cloud's password is no secret. */
const SEED = `
import { appendFileSync } from 'node:fs';
import pg from ${JSON.stringify(PG)};
const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
await client.query("insert into member values (1, 'Ada') on conflict do nothing");
appendFileSync(process.env.HOME + '/.seeded', process.env.DATABASE_URL + '\\n');
await client.end();
`;

const FIRST = 'create table member (id int primary key, name text);\n';

function files(options: { database?: string; migrate?: string } = {}): Record<string, string> {
  const project = tinyProject({
    app: "database: 'main', migrate: { command: 'node migrate.mjs', runs: 'runner', attempts: 2, lockTimeout: '500ms' },",
    machines: 1,
  });
  const database = options.database ?? "flyPostgres({ secret: 'DATABASE_URL' })";
  const config = (project['glidepath.config.ts'] ?? '')
    .replace("name: 'tiny',", `name: 'tiny',\n  databases: { main: ${database} },`)
    .replace('flyApp, generic', 'external, flyApp, flyPostgres, generic')
    .replace('void [', 'void [external, flyPostgres, ');
  return {
    ...project,
    'glidepath.config.ts': config,
    'migrate.mjs': options.migrate ?? MIGRATE,
    'seed.mjs': SEED,
    'migrations/1_members.sql': FIRST,
  };
}

/** A home in which the slow migration hurries. */
function hurrying(rig: ProjectRig): string {
  rig.write('.hurry', '');
  return rig.dir;
}

async function latestRun(rig: ProjectRig): Promise<{ id: string; events: readonly RunEvent[] }> {
  const { runs } = await rig.json<{ runs: { id: string }[] }>('runs', '--local');
  const id = runs[0]?.id ?? '';
  const { events } = await rig.json<{ events: RunEvent[] }>('run', 'show', id, '--local');
  return { id, events };
}

async function printed(rig: ProjectRig): Promise<string[]> {
  const { events } = await latestRun(rig);
  return events.flatMap((event) => (event.type === 'step.output' ? [event.line] : []));
}

describe('the files of migrations', () => {
  test('are remembered: one that ran and was edited is refused, one that is gone is named', async () => {
    await using rig = await projectRig(files());
    await rig.cloudUp();
    const first = await rig.run('deploy', 'staging', '--local');
    expect([first.code, withoutProgress(first.stderr)]).toEqual([0, '']);
    expect(await printed(rig)).toContain('applied 1_members.sql');

    rig.write('migrations/1_members.sql', FIRST.replace('name', 'full_name'));
    await rig.commit('Edit a migration that ran');
    const edited = await rig.run('deploy', 'staging', '--local');
    expect(edited.code).toBe(4);
    expect(edited.stdout).toMatch(
      /migrations\/1_members\.sql ran in staging with r-\w+-\w+ on \d{4}-\d\d-\d\d/,
    );
    expect(edited.stdout).toMatch(/git diff \w{7} \w{7} -- migrations\/1_members\.sql/);
    expect(edited.stdout).toContain('MIGRATION_EDITED');
    const { events } = await latestRun(rig);
    expect(events.some((event) => 'step' in event && event.step === 'build:web')).toBe(false);

    rig.write('migrations/1_members.sql', FIRST);
    rig.write('migrations/2_phone.sql', 'alter table member add column phone text;\n');
    await rig.commit('Write another');
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    await rig.git('rm', '--quiet', 'migrations/2_phone.sql');
    await rig.commit('Take it away');
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    expect(await printed(rig)).toContainEqual(
      expect.stringMatching(/^! migrations\/2_phone\.sql ran with r-\w+-\w+ and no longer exists$/),
    );
  });

  test('are named when one of them fails, with the line', async () => {
    await using rig = await projectRig(files());
    await rig.cloudUp();
    rig.write('migrations/2_wrong.sql', '-- adds a column\nalter table nobody add column x int;\n');
    await rig.commit('A wrong migration');
    const { code, stdout } = await rig.run('deploy', 'staging', '--local');
    expect(code).toBe(1);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'It stopped at migrations/2_wrong.sql:2: alter table nobody add column x int (relation "nobody" does not exist, SQLSTATE 42P01).',
    );
    expect(stdout).toContain('no app was changed');
    rig.write('migrations/2_wrong.sql', 'alter table member add column x int;\n');
    await rig.commit('Mend it: it was never live');
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
  });
});

describe('a migration where Glidepath runs', () => {
  test('that is killed with -9 is gone on with: its locks are free, and nothing is done twice', async () => {
    const slow = MIGRATE.replace(
      "await client.query('commit');",
      `console.log('before the commit');
      if (name.startsWith('2') && !existsSync(process.env.HOME + '/.hurry')) await new Promise((done) => setTimeout(done, 600_000));
      await client.query('commit');`,
    )
      .replace('{ readdirSync', '{ existsSync, readdirSync')
      .replace(
        'await client.end();',
        `const { rows } = await client.query('select name from schema_migrations order by 1');
  console.log('there: ' + rows.map((row) => row.name).join(' '));
  const others = await client.query("select 1 from pg_stat_activity where application_name like 'glidepath-migration%' and pid <> pg_backend_pid()");
  console.log('others: ' + others.rowCount);
  await client.end();`,
      );
    await using rig = await projectRig(files({ migrate: slow }));
    await rig.cloudUp();
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    rig.write('migrations/2_phone.sql', 'alter table member add column phone text;\n');
    await rig.commit('Another');
    const running = rig.start('deploy', 'staging', '--local', '--verbose');
    await running.printed(/│ before the commit/);
    running.child.kill('SIGKILL');
    await running.result;
    const { id } = await latestRun(rig);
    const resumed = await rig.runWith({ HOME: hurrying(rig) }, 'run', 'resume', id, '--local', '--verbose');
    expect([resumed.code, withoutProgress(resumed.stderr)]).toEqual([0, '']);
    expect(await printed(rig)).toEqual(
      expect.arrayContaining(['applied 2_phone.sql', 'there: 1_members.sql 2_phone.sql', 'others: 0']),
    );
  });

  test('whose database cannot be reached says why, and changes nothing', async () => {
    await using rig = await projectRig(files({ database: "external({ secret: 'DATABASE_URL' })" }));
    await rig.cloudUp();
    for (const [url, code, exit] of [
      ['shop:5432', 'DATABASE_URL_INVALID', 2],
      ['postgresql://ada:geheimnis@127.0.0.1:1/shop', 'DATABASE_UNREACHABLE', 1],
    ] as const) {
      const result = await rig.runWith({ DATABASE_URL: url }, 'deploy', 'staging', '--local');
      const said = result.stdout + result.stderr;
      expect([result.code, said]).toEqual([exit, expect.stringContaining(code) as unknown]);
      expect(said).not.toContain('geheimnis');
    }
    expect((await rig.json<{ apps: { machines: unknown[] }[] }>('cloud', 'status')).apps).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ machines: [expect.anything()] })]),
    );
  });
});

describe('test data', () => {
  test('are put in by a rehearsal, once, and by no deployment that does not say so', async () => {
    const database = "flyPostgres({ secret: 'DATABASE_URL', seed: 'node seed.mjs' })";
    await using rig = await projectRig(files({ database }));
    await rig.cloudUp();
    const home = { HOME: rig.dir };
    expect((await rig.runWith(home, 'deploy', 'staging', '--local')).code).toBe(0);
    const steps = (await latestRun(rig)).events.flatMap((event) => ('step' in event ? [event.step] : []));
    expect(steps).not.toContain('seed:main');
    for (const said of ['seeded', 'kept']) {
      const rehearsed = await rig.runWith(home, 'rehearse', 'push', 'main', '--verbose');
      expect([said, rehearsed.code]).toEqual([said, 0]);
    }
    expect(await printed(rig)).toContainEqual(
      expect.stringMatching(/^main already has its test data, since run-\w+$/),
    );
    const { stdout } = await rig.shell('wc -l < .seeded');
    expect(stdout.trim()).toBe('1');
  });
});
