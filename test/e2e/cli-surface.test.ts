import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Gate } from '../support/gate.ts';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { GOOD_SERVER, tinyConfig, tinyProject } from '../support/tiny-project.ts';

/** Answers every health check with 500, and says so each time; a few times before, for nobody knows how many come in time. */
const UNHEALTHY_SERVER = `
import { createServer } from 'node:http';
for (let n = 1; n <= 3; n++) console.log('GET /health answered 500 at ' + n);
createServer((request, response) => {
  console.log('GET ' + request.url + ' answered 500 at ' + Date.now());
  response.statusCode = 500;
  response.end();
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

interface Runs {
  readonly runs: readonly { readonly id: string; readonly status: string; readonly title: string }[];
}

async function interruptedDeploy(rig: ProjectRig, gate: Gate): Promise<string> {
  const running = rig.start('deploy', 'staging', '--local', '--verbose');
  await running.printed(/machine \w+ created/);
  running.child.kill('SIGINT');
  await running.printed(/Interrupted: /);
  gate.open();
  const { stdout } = await running.result;
  return /glidepath run resume (\S+)/.exec(stdout)?.[1] ?? '';
}

test('a deployment behind an interrupted one says who holds it and both ways out, and goes on when it is free', async () => {
  using gate = new Gate();
  await using rig = await projectRig(tinyProject({ server: gate.server() }));
  await rig.cloudUp();
  const held = await interruptedDeploy(rig, gate);
  const second = rig.start('deploy', 'staging', '--local');
  await second.printed(new RegExp(`held by ${held} .*glidepath run cancel ${held} --local`));
  expect(second.text()).toContain(`glidepath run resume ${held} --local`);
  const third = rig.start('deploy', 'staging', '--local', '--json');
  await third.printed(/held by/);
  third.child.kill('SIGINT');
  const { code, stdout } = await third.result;
  expect(code).toBe(130);
  for (const line of stdout.trim().split('\n')) JSON.parse(line);
  expect((await rig.run('run', 'cancel', held, '--local')).code).toBe(0);
  expect((await second.result).code).toBe(0);
});

test('Ctrl-C tells how to go on, and a second one leaves at once with the run left to be resumed', async () => {
  using gate = new Gate();
  await using rig = await projectRig(tinyProject({ server: gate.server() }));
  await rig.cloudUp();
  const running = rig.start('deploy', 'staging', '--local', '--verbose');
  await running.printed(/machine \w+ created/);
  running.child.kill('SIGINT');
  await running.printed(/Interrupted: .*glidepath run resume \S+ --local/);
  running.child.kill('SIGINT');
  expect((await running.result).code).toBe(130);
  const [run] = (await rig.json<Runs>('runs', '--local')).runs;
  expect(run?.status).toBe('running');
  gate.open();
  expect((await rig.run('run', 'resume', run?.id ?? '', '--local')).code).toBe(0);
});

test('a reader that leaves does not stop a deployment half-way', async () => {
  await using rig = await projectRig(tinyProject());
  await rig.cloudUp();
  const { stdout } = await rig.shell('node "$CLI" deploy staging --local | head -n 1');
  expect(stdout).toMatch(/started run-/);
  const [run] = (await rig.json<Runs>('runs', '--local')).runs;
  expect(run?.status).toBe('succeeded');
});

test('an error counts what repeats, leaves out what the version before printed, and names our own command', async () => {
  await using rig = await projectRig(
    tinyProject({ server: `console.log('printed by the good one');\n${GOOD_SERVER}` }),
  );
  await rig.cloudUp();
  expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
  rig.write('server.mjs', UNHEALTHY_SERVER);
  rig.write('glidepath.config.ts', tinyConfig({ healthWithin: '5s' }));
  await rig.commit('Break it');
  const { code, stdout } = await rig.run('deploy', 'staging', '--local');
  expect(code).toBe(1);
  expect(stdout.match(/answered 500 at/g)).toHaveLength(1);
  expect(stdout).toMatch(/answered 500 at \d+ {2}\(\d+ times\)/);
  expect(stdout).not.toContain('printed by the good one');
  expect(stdout).toContain('glidepath logs staging web --local');
  expect(stdout).not.toMatch(/fly logs/);
});

test('a rollback goes back only to what was live there: the gates cannot be walked around', async () => {
  await using rig = await projectRig(tinyProject({ production: "gates: [passed('staging')]," }));
  await rig.cloudUp();
  expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
  const { releases } = await rig.json<{ releases: { release: { id: string } }[] }>(
    'releases',
    'staging',
    '--local',
  );
  const id = releases[0]?.release.id ?? '';
  const { code, stderr } = await rig.run('rollback', 'production', '--to', id, '--local');
  expect(code).toBe(2);
  expect(stderr).toContain(`${id} was never live in production`);
  expect(stderr).toContain(`glidepath deploy production --release ${id} --local`);
});

test('a result that the disk has no room for is said in a sentence, and is a failure', async () => {
  await using rig = await projectRig(tinyProject());
  const { code, stderr } = await rig.shell('node "$CLI" validate --json > /dev/full');
  expect([code, stderr]).toEqual([
    1,
    '✗ The output could not be written: the disk is full.\n  → Free some space, or write it elsewhere.\n  STORE_DISK_FULL · docs/errors/STORE_DISK_FULL.md\n',
  ]);
});

test('a refused deployment is called so, with exit code 4', async () => {
  await using rig = await projectRig(tinyProject({ production: "gates: [passed('staging')]," }));
  await rig.cloudUp();
  const { code, stdout } = await rig.run('deploy', 'production', '--local');
  expect(code).toBe(4);
  expect(stdout).toMatch(/was refused in .*nothing was changed/);
});

describe('where there is nothing to deploy', () => {
  test('a repository without a commit is told so, and a rehearsal leaves no cloud running', async () => {
    await using rig = await projectRig(tinyProject());
    await rig.git('checkout', '--quiet', '--orphan', 'empty');
    const { code, stderr } = await rig.run('rehearse', 'push', 'production');
    expect(code).toBe(2);
    expect(stderr).toContain('This repository has no commit yet.');
    expect((await rig.run('cloud', 'status')).code).toBe(1);
  });

  test('status of a project with review apps only says that nothing stands', async () => {
    await using rig = await projectRig({
      'glidepath.config.ts': `
import { defineProject, flyApp, generic, pullRequest } from 'glidepath';
export default defineProject({
  name: 'shop',
  apps: { web: flyApp({ stack: generic({ build: [], include: ['x'] }), command: ['node', 'x'], port: 80 }) },
  environments: {
    review: { on: pullRequest(), fly: { org: 'shop', token: 'FLY_API_TOKEN' }, regions: ['iad'] },
  },
});`,
    });
    const { code, stdout } = await rig.run('status');
    expect(code).toBe(0);
    expect(stdout).toContain('review is created for each pull request');
  });
});

describe('groups of commands', () => {
  test.each(['cloud', 'run'])('%s alone prints what there is in it', async (group) => {
    await using rig = await projectRig({ 'README.md': '' });
    const { code, stdout } = await rig.run(group);
    expect(code).toBe(2);
    expect(stdout).toContain(`Usage: glidepath ${group}`);
  });

  test('the help of cloud fault lists every fault as it is read', async () => {
    await using rig = await projectRig({ 'README.md': '' });
    const { stdout } = await rig.run('cloud', 'fault', '--help');
    const source = readFileSync(join(import.meta.dirname, '../../src/cloud/faults/parse-fault.ts'), 'utf8');
    const usage = /FAULT_USAGE = \[([^\]]*(?:\[[^\]]*\][^\]]*)*)\] as const/.exec(source)?.[1] ?? '';
    const forms = [...usage.matchAll(/'([^']+)'/g)].map(([, form]) => form ?? '');
    expect(forms.length).toBeGreaterThan(5);
    for (const form of forms) expect(stdout).toContain(form);
  });
});

test('what was recorded can be read while the local cloud is down', async () => {
  await using rig = await projectRig(tinyProject());
  await rig.cloudUp();
  await rig.run('deploy', 'staging', '--local');
  await rig.run('cloud', 'down');
  for (const command of [['runs'], ['history'], ['releases', 'staging']]) {
    const { code, stdout } = await rig.run(...command, '--local');
    expect([command, code]).toEqual([command, 0]);
    expect(stdout).toMatch(/run-\w+/);
  }
  const [, id = ''] = /(run-\w+)/.exec((await rig.run('runs', '--local')).stdout) ?? [];
  expect((await rig.run('run', 'show', id, '--local')).stdout).toMatch(/✓ Deploy web/);
  expect((await rig.run('status', '--local')).stderr).toMatch(/glidepath cloud up/);
});
