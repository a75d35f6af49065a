import { describe, expect, test } from 'vitest';
import { isAlive, until } from '../support/cloud-fly-rig.ts';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { GOOD_SERVER, tinyProject } from '../support/tiny-project.ts';

async function world(rig: ProjectRig): Promise<unknown> {
  const status = await rig.json<Record<string, unknown>>('cloud', 'status');
  // Figures of the moment, not of the world's state.
  return JSON.parse(
    JSON.stringify(status, (key, value: unknown) =>
      /cpu|memory|rss|uptime|now|since|traffic|output|updated|Ms$|At$/i.test(key) ? undefined : value,
    ),
  ) as unknown;
}

async function liveCommit(rig: ProjectRig): Promise<string | undefined> {
  const status = await rig.json<{ environments: { live: { commit: string } | null }[] }>(
    'status',
    'staging',
    '--local',
  );
  return status.environments[0]?.live?.commit;
}

describe('never backwards by accident', () => {
  test('an older commit is refused after a newer one, and deployed before it', async () => {
    await using rig = await projectRig(tinyProject());
    await rig.cloudUp();
    const older = (await rig.git('rev-parse', 'HEAD')).trim();
    rig.write('server.mjs', `${GOOD_SERVER}\n// newer`);
    const newer = await rig.commit('Newer');
    expect((await rig.run('deploy', 'staging', '--ref', newer, '--local')).code).toBe(0);
    const refused = await rig.run('deploy', 'staging', '--ref', older, '--local');
    expect(refused.code).toBe(4);
    expect(refused.stdout).toMatch(/does not descend[\s\S]*glidepath rollback staging/);
    expect(await liveCommit(rig)).toBe(newer);
  });

  test('two at once, started in either order, end with the newer one live', async () => {
    await using rig = await projectRig(tinyProject());
    await rig.cloudUp();
    const older = (await rig.git('rev-parse', 'HEAD')).trim();
    rig.write('server.mjs', `${GOOD_SERVER}\n// newer`);
    const newer = await rig.commit('Newer');
    const first = rig.start('deploy', 'staging', '--ref', newer, '--local');
    await first.printed(/started run-/);
    const second = rig.start('deploy', 'staging', '--ref', older, '--local');
    expect([(await first.result).code, (await second.result).code]).toEqual([0, 4]);
    expect(await liveCommit(rig)).toBe(newer);
    rig.write('server.mjs', `${GOOD_SERVER}\n// newest`);
    const newest = await rig.commit('Newest');
    const third = rig.start('deploy', 'staging', '--ref', newer, '--local');
    await third.printed(/started run-/);
    const fourth = rig.start('deploy', 'staging', '--ref', newest, '--local');
    expect([(await third.result).code, (await fourth.result).code]).toEqual([0, 0]);
    expect(await liveCommit(rig)).toBe(newest);
  });

  test('a commit on another branch is refused too, until it is rolled back to on purpose', async () => {
    await using rig = await projectRig(tinyProject());
    await rig.cloudUp();
    await rig.git('checkout', '--quiet', '-b', 'side');
    rig.write('server.mjs', `${GOOD_SERVER}\n// side`);
    const side = await rig.commit('Side');
    await rig.git('checkout', '--quiet', 'main');
    rig.write('server.mjs', `${GOOD_SERVER}\n// main`);
    await rig.commit('Main');
    await rig.run('deploy', 'staging', '--local');
    expect((await rig.run('deploy', 'staging', '--ref', side, '--local')).code).toBe(4);
  });
});

describe('planning', () => {
  test('changes nothing in the world, before and after anything was deployed', async () => {
    await using rig = await projectRig(tinyProject());
    await rig.cloudUp();
    const triggers = [
      ['push', 'main'],
      ['deploy', 'production'],
      ['push', 'production'],
    ];
    for (const isDeployed of [false, true]) {
      if (isDeployed) await rig.run('deploy', 'staging', '--local');
      const before = await world(rig);
      for (const trigger of triggers) expect((await rig.run('plan', ...trigger, '--local')).code).toBe(0);
      expect(await world(rig)).toEqual(before);
    }
  });
});

describe('the local cloud', () => {
  test('survives its own kill -9: the machines go on and are found again', async () => {
    await using rig = await projectRig(tinyProject());
    await rig.cloudUp();
    await rig.run('deploy', 'staging', '--local');
    const { pid } = await rig.json<{ pid: number }>('cloud', 'status');
    process.kill(pid, 'SIGKILL');
    await until(() => !isAlive(pid), 'the killed cloud to be gone');
    await rig.cloudUp();
    const status = await rig.run('status', 'staging', '--local');
    expect(status.stdout.match(/started {2,}/g)).toHaveLength(2);
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
  });

  test('leaves no process behind after down', async () => {
    await using rig = await projectRig(tinyProject());
    await rig.cloudUp();
    await rig.run('deploy', 'staging', '--local');
    const status = await rig.json<{ pid: number; apps: { machines: { pid: number | null }[] }[] }>(
      'cloud',
      'status',
    );
    const machines = status.apps.flatMap((app) => app.machines);
    const pids = [status.pid, ...machines.map((machine) => machine.pid)].filter((pid) => pid !== null);
    expect(pids.length).toBeGreaterThanOrEqual(3);
    expect((await rig.run('cloud', 'down')).code).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
  });
});
