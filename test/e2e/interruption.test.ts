import { describe, expect, test } from 'vitest';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { GOOD_SERVER, tinyProject } from '../support/tiny-project.ts';

interface Machines {
  readonly environments: readonly {
    readonly apps: readonly { readonly machines: readonly { id: string; digest: string }[] | null }[];
  }[];
}

async function machinesOf(rig: ProjectRig) {
  const status = await rig.json<Machines>('status', 'staging', '--local');
  return status.environments[0]?.apps[0]?.machines ?? [];
}

async function onlyRun(rig: ProjectRig) {
  const { runs } = await rig.json<{ runs: { id: string; status: string }[] }>('runs', '--local');
  return runs[0] ?? { id: '', status: 'none' };
}

/** Boots slowly enough that a deployment can be met half-way. */
const SLOW_SERVER = GOOD_SERVER.replace(
  "server.listen(Number(process.env.PORT), '127.0.0.1');",
  "setTimeout(() => server.listen(Number(process.env.PORT), '127.0.0.1'), 700);",
);

describe('Ctrl-C', () => {
  test('finishes the running step, keeps the environment, and says how to go on', async () => {
    await using rig = await projectRig(tinyProject({ server: SLOW_SERVER }));
    await rig.cloudUp();
    const running = rig.start('deploy', 'staging', '--local', '--verbose');
    await running.printed(/machine \w+ created/);
    running.child.kill('SIGINT');
    const { code, stdout } = await running.result;
    expect(code).toBe(130);
    const [, id = ''] = /glidepath run resume (\S+)/.exec(stdout) ?? [];
    expect((await onlyRun(rig)).status).toBe('interrupted');
    const machines = await machinesOf(rig);
    expect((await rig.run('run', 'resume', id, '--local')).code).toBe(0);
    expect((await machinesOf(rig)).map((machine) => machine.id)).toEqual(
      machines.map((machine) => machine.id),
    );
  });

  test('then cancel puts back what was changed', async () => {
    await using rig = await projectRig(tinyProject({ server: SLOW_SERVER }));
    await rig.cloudUp();
    const running = rig.start('deploy', 'staging', '--local', '--verbose');
    await running.printed(/machine \w+ created/);
    running.child.kill('SIGINT');
    await running.result;
    const { id } = await onlyRun(rig);
    expect((await rig.run('run', 'cancel', id, '--local')).code).toBe(0);
    expect(await machinesOf(rig)).toEqual([]);
  });
});

describe('kill -9', () => {
  test('of a deployment: resumed, it ends with one set of machines and nothing done twice', async () => {
    await using rig = await projectRig(tinyProject({ server: SLOW_SERVER }));
    await rig.cloudUp();
    const running = rig.start('deploy', 'staging', '--local', '--verbose');
    await running.printed(/machine \w+ created/);
    running.child.kill('SIGKILL');
    await running.result;
    const { id } = await onlyRun(rig);
    expect((await rig.run('run', 'resume', id, '--local')).code).toBe(0);
    expect(await machinesOf(rig)).toHaveLength(2);
    expect((await onlyRun(rig)).status).toBe('succeeded');
  });

  test('of a deployment: the next one takes the dead one to its end first', async () => {
    await using rig = await projectRig(tinyProject({ server: SLOW_SERVER }));
    await rig.cloudUp();
    const running = rig.start('deploy', 'staging', '--local', '--verbose');
    await running.printed(/machine \w+ created/);
    running.child.kill('SIGKILL');
    await running.result;
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    const { runs } = await rig.json<{ runs: { status: string }[] }>('runs', '--local');
    expect(runs.map((run) => run.status)).toEqual(['succeeded', 'succeeded']);
    expect(await machinesOf(rig)).toHaveLength(2);
  });
});

test('a second deployment waits for the first and says behind what', async () => {
  await using rig = await projectRig(tinyProject({ server: SLOW_SERVER }));
  await rig.cloudUp();
  const first = rig.start('deploy', 'staging', '--local', '--verbose');
  await first.printed(/started run-/);
  const second = await rig.run('deploy', 'staging', '--local');
  expect(second.code).toBe(0);
  expect(second.stdout).toMatch(/queued behind run-/);
  expect((await first.result).code).toBe(0);
});
