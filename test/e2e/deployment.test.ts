import { describe, expect, test } from 'vitest';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { GOOD_SERVER, tinyConfig, tinyProject } from '../support/tiny-project.ts';

interface Status {
  readonly environments: readonly {
    readonly live: { readonly release: string; readonly commit: string } | null;
    readonly apps: readonly {
      readonly url: string | null;
      readonly machines:
        | readonly {
            readonly state: string;
            readonly digest: string;
            readonly release: string;
            readonly healthy: boolean;
          }[]
        | null;
    }[];
  }[];
}

async function statusOf(rig: ProjectRig, environment: string) {
  const [found] = (await rig.json<Status>('status', environment, '--local')).environments;
  return {
    live: found?.live ?? null,
    machines: found?.apps[0]?.machines ?? [],
    url: found?.apps[0]?.url ?? null,
  };
}

const UNHEALTHY_SERVER = GOOD_SERVER.replace(
  "void response.end('ok')",
  "void response.writeHead(500).end('broken')",
);
const EXITING_SERVER = "console.log('cannot start without luck');\nprocess.exit(3);\n";
const SILENT_SERVER = 'setInterval(() => undefined, 1000);\n';

describe('a deployment', () => {
  test('serves the release, is recorded, and comes back by hand', async () => {
    await using rig = await projectRig(tinyProject());
    await rig.cloudUp();
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    const first = await statusOf(rig, 'staging');
    expect(first.machines.map((machine) => [machine.state, machine.healthy, machine.release])).toEqual([
      ['started', true, first.live?.release],
      ['started', true, first.live?.release],
    ]);
    const served = await (await fetch(first.url ?? '')).text();
    expect(served).toContain(first.machines[0]?.digest);
    expect(served).toMatch(new RegExp(`${first.live?.release} staging$`));
    rig.write('server.mjs', `${GOOD_SERVER}\n// second`);
    await rig.commit('Second');
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
    const second = await statusOf(rig, 'staging');
    expect(second.live?.release).not.toBe(first.live?.release);
    expect((await rig.run('rollback', 'staging', '--local')).code).toBe(0);
    // Pressed twice, it does not lead forward to what was broken.
    const again = await rig.run('rollback', 'staging', '--local');
    expect([again.code, again.stderr]).toEqual([
      2,
      expect.stringMatching(/rolled back from[^]*glidepath rollback staging --to r-/),
    ]);
    const back = await statusOf(rig, 'staging');
    expect(back.machines.map((machine) => machine.digest)).toEqual(
      first.machines.map((machine) => machine.digest),
    );
    const { releases } = await rig.json<{ releases: { action: string }[] }>('releases', 'staging', '--local');
    expect(releases.map((entry) => entry.action)).toEqual(['rollback', 'deploy', 'deploy']);
  });

  test('goes to production with the very digests that passed staging', async () => {
    await using rig = await projectRig(tinyProject({ production: "gates: [passed('staging')]," }));
    await rig.cloudUp();
    const refused = await rig.run('deploy', 'production', '--local');
    expect(refused.code).toBe(4);
    expect(refused.stdout + refused.stderr).toMatch(/glidepath deploy staging/);
    await rig.run('deploy', 'staging', '--local');
    expect((await rig.run('promote', 'staging', 'production', '--local')).code).toBe(0);
    const [staging, production] = [await statusOf(rig, 'staging'), await statusOf(rig, 'production')];
    expect(production.live?.release).toBe(staging.live?.release);
    expect(production.machines[0]?.digest).toBe(staging.machines[0]?.digest);
  });

  test('waits for an approval and goes on when it is given', async () => {
    await using rig = await projectRig(tinyProject({ production: 'gates: [approval()],' }));
    await rig.cloudUp();
    const waiting = await rig.run('deploy', 'production', '--local');
    expect(waiting.code).toBe(0);
    const [, id = ''] = /glidepath approve (\S+)/.exec(waiting.stdout) ?? [];
    expect((await statusOf(rig, 'production')).machines).toEqual([]);
    expect((await rig.run('approve', id, '--local')).code).toBe(0);
    expect((await statusOf(rig, 'production')).machines).toHaveLength(2);
    const rejected = await rig.run('deploy', 'production', '--local');
    const [, other = ''] = /glidepath reject (\S+)/.exec(rejected.stdout) ?? [];
    expect((await rig.run('reject', other, '--local')).code).toBe(4);
  });
});

describe('a bad release', () => {
  test.each([
    ['fails its health check', UNHEALTHY_SERVER, /DEPLOY_UNHEALTHY/, '2s'],
    ['exits at once', EXITING_SERVER, /DEPLOY_EXITED/, undefined],
    ['never listens', SILENT_SERVER, /DEPLOY_UNHEALTHY/, '2s'],
  ])('that %s leaves the previous one serving everywhere', async (_, server, expected, healthWithin) => {
    await using rig = await projectRig(tinyProject());
    await rig.cloudUp();
    await rig.run('deploy', 'staging', '--local');
    const before = await statusOf(rig, 'staging');
    rig.write('server.mjs', server);
    rig.write('glidepath.config.ts', tinyConfig({ healthWithin }));
    await rig.commit('Bad');
    const { code, stdout, stderr } = await rig.run('deploy', 'staging', '--local');
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(expected);
    const after = await statusOf(rig, 'staging');
    expect(after.live).toEqual(before.live);
    expect(after.machines.map((machine) => [machine.digest, machine.state, machine.healthy])).toEqual(
      before.machines.map((machine) => [machine.digest, 'started', true]),
    );
    expect((await fetch(`${after.url}/health`)).status).toBe(200);
  });

  test('that is the first one leaves no machine behind', async () => {
    await using rig = await projectRig(tinyProject({ server: EXITING_SERVER }));
    await rig.cloudUp();
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(1);
    expect((await statusOf(rig, 'staging')).machines).toEqual([]);
  });

  test('that prints a secret does not get it into any output, event or log', async () => {
    const value = 'correct-horse-battery';
    const server = `console.log('key is ' + process.env.SESSION_KEY);\n${EXITING_SERVER}`;
    await using rig = await projectRig(
      tinyProject({ server, app: "env: { SESSION_KEY: secret('SESSION_KEY') }," }),
    );
    await rig.cloudUp();
    const { code, stdout, stderr } = await rig.runWith(
      { SESSION_KEY: value },
      'deploy',
      'staging',
      '--local',
      '--verbose',
    );
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('key is ***');
    const { runs } = await rig.json<{ runs: { id: string }[] }>('runs', '--local');
    const shown = await rig.run('run', 'show', runs[0]?.id ?? '', '--json', '--local');
    expect(stdout + stderr + shown.stdout).not.toContain(value);
  });
});
