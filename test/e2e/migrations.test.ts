import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/engine/events.ts';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { tinyProject } from '../support/tiny-project.ts';
import { withoutProgress } from '../support/without-progress.ts';

/** Speaks enough of Postgres to prove that it reached the real server: it is told to authenticate. */
const MIGRATE = `
import { connect } from 'node:net';
const { hostname, port, username, pathname } = new URL(process.env.DATABASE_URL);
const text = ['user', decodeURIComponent(username), 'database', pathname.slice(1), '', ''].join('\\0');
const startup = Buffer.alloc(8 + Buffer.byteLength(text));
startup.writeInt32BE(startup.length, 0);
startup.writeInt32BE(196608, 4);
startup.write(text, 8);
const socket = connect(Number(port), hostname, () => socket.write(startup));
socket.once('data', (answer) => {
  console.log('postgres answered ' + String.fromCharCode(answer[0]));
  process.exit(0);
});
`;

const DATABASE_APP = "database: 'main', migrate: { command: 'node migrate.mjs', runs: 'release-command' },";

function projectWith(migrate: string): Record<string, string> {
  const files = tinyProject({ app: DATABASE_APP });
  const config = (files['glidepath.config.ts'] ?? '')
    .replace(
      "name: 'tiny',",
      "name: 'tiny',\n  databases: { main: flyPostgres({ secret: 'DATABASE_URL' }) },",
    )
    .replace("include: ['server.mjs']", "include: ['server.mjs', 'migrate.mjs']")
    .replace('flyApp, generic', 'flyApp, flyPostgres, generic');
  return { ...files, 'glidepath.config.ts': config, 'migrate.mjs': migrate };
}

async function eventsOfLatest(rig: ProjectRig): Promise<readonly RunEvent[]> {
  const { runs } = await rig.json<{ runs: { id: string }[] }>('runs', '--local');
  const shown = await rig.json<{ events: RunEvent[] }>('run', 'show', runs[0]?.id ?? '', '--local');
  return shown.events;
}

async function world(rig: ProjectRig): Promise<unknown> {
  const { environments } = await rig.json<{
    environments: { live: unknown; apps: { machines: { id: string; digest: string }[] | null }[] }[];
  }>('status', 'staging', '--local');
  return environments.map(({ live, apps }) => [
    live,
    apps.map((app) => app.machines?.map(({ id, digest }) => [id, digest])),
  ]);
}

/** What stands besides the database, which is an app of its own. */
async function appMachines(rig: ProjectRig): Promise<unknown[]> {
  const { apps } = await rig.json<{ apps: { name: string; machines: unknown[] }[] }>('cloud', 'status');
  return apps.filter(({ name }) => !name.endsWith('-db')).flatMap(({ machines }) => machines);
}

describe('a migration', () => {
  test('runs once, against the real database, before any app of its deployment', async () => {
    await using rig = await projectRig(projectWith(MIGRATE));
    await rig.cloudUp();
    const deployed = await rig.run('deploy', 'staging', '--local', '--verbose');
    expect([deployed.code, withoutProgress(deployed.stderr)]).toEqual([0, '']);
    const events = await eventsOfLatest(rig);
    const steps = events.flatMap((event) => ('step' in event ? [`${event.type} ${event.step}`] : []));
    const migrated = steps.indexOf('step.succeeded migrate:main');
    expect(migrated).toBeGreaterThan(-1);
    expect(steps.indexOf('step.started deploy:web')).toBeGreaterThan(migrated);
    const answers = events.filter(
      (event) => event.type === 'step.output' && /postgres answered R/.test(event.line),
    );
    expect(answers).toHaveLength(1);
  });

  test('that fails aborts with nothing changed, and says what it printed', async () => {
    await using rig = await projectRig(projectWith(MIGRATE));
    await rig.cloudUp();
    await rig.run('deploy', 'staging', '--local');
    const before = await world(rig);
    rig.write('migrate.mjs', "console.error('column members.phone does not exist');\nprocess.exit(1);\n");
    await rig.commit('A migration that fails');
    const { code, stdout } = await rig.run('deploy', 'staging', '--local');
    expect(code).toBe(1);
    expect(stdout).toMatch(/MIGRATION_FAILED/);
    expect(stdout).toMatch(/column members\.phone does not exist/);
    expect(await world(rig)).toEqual(before);
    const steps = (await eventsOfLatest(rig)).flatMap((event) => ('step' in event ? [event.step] : []));
    expect(steps).not.toContain('deploy:web');
  });

  test('that is cut off by a kill -9 and cancelled is ended, with no temporary machine left behind', async () => {
    await using rig = await projectRig(
      projectWith("console.log('migrating');\nsetInterval(() => {}, 1000);\n"),
    );
    await rig.cloudUp();
    const running = rig.start('deploy', 'staging', '--local', '--verbose');
    await running.printed(/│ migrating/);
    running.child.kill('SIGKILL');
    await running.result;
    const { runs } = await rig.json<{ runs: { id: string }[] }>('runs', '--local');
    const cancelled = await rig.run('run', 'cancel', runs[0]?.id ?? '', '--local', '--verbose');
    expect(cancelled.code).toBe(0);
    expect(cancelled.stdout).toMatch(/the release command was ended: machine \w+ removed/);
    expect(cancelled.stdout).toContain('no app was changed');
    expect(await appMachines(rig)).toEqual([]);
  });

  test('that fails leaves no temporary machine behind', async () => {
    await using rig = await projectRig(projectWith('process.exit(1);\n'));
    await rig.cloudUp();
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(1);
    expect(await appMachines(rig)).toEqual([]);
  });
});
