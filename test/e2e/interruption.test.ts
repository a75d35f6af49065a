import { describe, expect, test } from 'vitest';
import { Gate } from '../support/gate.ts';
import { projectRig, type ProjectRig, type RunningCli } from '../support/project-rig.ts';
import { tinyProject } from '../support/tiny-project.ts';

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

/** A deployment that waits half-way until the gate opens: its first machine is made, and not up. */
async function halfWay(rig: ProjectRig): Promise<RunningCli> {
  await rig.cloudUp();
  const running = rig.start('deploy', 'staging', '--local', '--verbose');
  await running.printed(/machine \w+ created/);
  return running;
}

/** Interrupts a deployment that waits, and lets what runs of it come to its end. */
async function interrupted(running: RunningCli, gate: Gate) {
  running.child.kill('SIGINT');
  await running.printed(/Interrupted: /);
  gate.open();
  return running.result;
}

describe('Ctrl-C', () => {
  test('finishes the running step, keeps the environment, and says how to go on', async () => {
    using gate = new Gate();
    await using rig = await projectRig(tinyProject({ server: gate.server() }));
    const running = await halfWay(rig);
    const { code, stdout } = await interrupted(running, gate);
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
    using gate = new Gate();
    await using rig = await projectRig(tinyProject({ server: gate.server() }));
    const running = await halfWay(rig);
    await interrupted(running, gate);
    const { id } = await onlyRun(rig);
    expect((await rig.run('run', 'cancel', id, '--local')).code).toBe(0);
    expect(await machinesOf(rig)).toEqual([]);
  });
});

describe('kill -9', () => {
  test('of a deployment: resumed, it ends with one set of machines and nothing done twice', async () => {
    using gate = new Gate();
    await using rig = await projectRig(tinyProject({ server: gate.server() }));
    const running = await halfWay(rig);
    running.child.kill('SIGKILL');
    await running.result;
    gate.open();
    const { id } = await onlyRun(rig);
    expect((await rig.run('run', 'resume', id, '--local')).code).toBe(0);
    expect(await machinesOf(rig)).toHaveLength(2);
    expect((await onlyRun(rig)).status).toBe('succeeded');
  });

  test('of a deployment: the next one takes the dead one to its end first', async () => {
    using gate = new Gate();
    await using rig = await projectRig(tinyProject({ server: gate.server() }));
    const running = await halfWay(rig);
    running.child.kill('SIGKILL');
    await running.result;
    gate.open();
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    const { runs } = await rig.json<{ runs: { status: string }[] }>('runs', '--local');
    expect(runs.map((run) => run.status)).toEqual(['succeeded', 'succeeded']);
    expect(await machinesOf(rig)).toHaveLength(2);
  });
});

test('a second deployment waits for the first and says behind what', async () => {
  using gate = new Gate();
  await using rig = await projectRig(tinyProject({ server: gate.server() }));
  const first = await halfWay(rig);
  const second = rig.start('deploy', 'staging', '--local');
  await second.printed(/queued behind run-/);
  gate.open();
  expect((await first.result).code).toBe(0);
  expect((await second.result).code).toBe(0);
});
