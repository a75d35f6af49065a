import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { projectRig } from '../support/project-rig.ts';
import { tinyConfig, tinyProject } from '../support/tiny-project.ts';

interface Problem {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string | null };
}

describe('a config with mistakes', () => {
  test('names every mistake at once, with file, line and what was meant', async () => {
    await using rig = await projectRig(
      tinyProject({
        app: "helth: { path: '/' }, strategy: 'rolling',",
        production: "gates: [passed('stagin')],",
      }),
    );
    const { code, stderr } = await rig.run('validate');
    expect(code).toBe(2);
    expect(stderr).toMatch(/helth/);
    expect(stderr).toMatch(/health/);
    expect(stderr).toMatch(/stagin/);
    expect(stderr).toMatch(/glidepath\.config\.ts:\d+/);
    expect(stderr).toMatch(/2 mistakes/);
  });

  test('that throws says where', async () => {
    await using rig = await projectRig({ 'glidepath.config.ts': "\nthrow new Error('no luck');\n" });
    const { code, stderr } = await rig.run('validate');
    expect(code).toBe(2);
    expect(stderr).toMatch(/no luck/);
    expect(stderr).toMatch(/CONFIG_THREW/);
    expect(stderr).toMatch(/glidepath\.config\.ts:2/);
  });

  test('that is missing names the command that makes one', async () => {
    await using rig = await projectRig({ 'README.md': 'empty' });
    const { code, stderr } = await rig.run('plan', 'push', 'main');
    expect(code).toBe(2);
    expect(stderr).toMatch(/CONFIG_NOT_FOUND/);
  });
});

describe('a name that does not exist', () => {
  test('gets an error with the names there are, on every command', async () => {
    await using rig = await projectRig(tinyProject());
    await rig.cloudUp();
    const cases: [string[], string, RegExp][] = [
      [['deploy', 'prodution', '--local'], 'PLAN_UNKNOWN_ENVIRONMENT', /production/],
      [['status', 'prodution', '--local'], 'PLAN_UNKNOWN_ENVIRONMENT', /production/],
      [['logs', 'staging', 'wbe', '--local'], 'PLAN_UNKNOWN_APP', /web/],
      [['rollback', 'staging', '--app', 'wbe', '--local'], 'PLAN_UNKNOWN_APP', /web/],
      [['deploy', 'staging', '--release', 'r-nope', '--local'], 'PLAN_UNKNOWN_RELEASE', /glidepath releases/],
      [['rollback', 'staging', '--local'], 'PLAN_NOTHING_DEPLOYED', /glidepath/],
      [
        ['promote', 'staging', 'production', '--local'],
        'PLAN_NOTHING_DEPLOYED',
        /glidepath deploy staging --local/,
      ],
      [['run', 'show', 'run-nope', '--local'], 'RUN_UNKNOWN', /glidepath runs --local/],
      [['approve', 'run-nope', '--local'], 'RUN_UNKNOWN', /glidepath runs --local/],
      [['deploy', 'staging', '--ref', 'nope', '--local'], 'SOURCE_UNKNOWN_REF', /./],
      [['plan', 'pusch', 'main'], 'PLAN_UNKNOWN_TRIGGER', /Did you mean push/],
      [['plan', 'push', 'feature'], 'PLAN_NOTHING_MATCHES', /./],
      [['plan', 'deploy', 'prodution'], 'PLAN_UNKNOWN_ENVIRONMENT', /production/],
      [['deply', 'staging'], 'CLI_UNKNOWN_COMMAND', /glidepath deploy/],
      [['deploy'], 'CLI_USAGE', /glidepath deploy --help/],
      [['ci', '--only', 'nope'], 'CHECK_UNKNOWN', /ci\.checks|checks/],
      [['ci', '--since', 'nope'], 'SOURCE_UNKNOWN_REF', /git fetch/],
      [['ci', 'cache', 'clear', '--older-than', 'soon'], 'CLI_USAGE', /7d/],
      [['generate', '--chek'], 'CLI_USAGE', /^Unknown option '--chek'\. Did you mean --check\? See/],
    ];
    for (const [args, expected, hint] of cases) {
      const { code, stdout } = await rig.run(...args, '--json');
      const problem = JSON.parse(stdout) as Problem;
      expect([args.join(' '), problem.error.code, code]).toEqual([args.join(' '), expected, 2]);
      expect(`${problem.error.message} ${problem.error.hint}`).toMatch(hint);
    }
  });
});

describe('the local cloud', () => {
  test('that is not running is named with the command that starts it', async () => {
    await using rig = await projectRig(tinyProject());
    const { code, stderr } = await rig.run('deploy', 'staging', '--local');
    expect(code).toBe(1);
    expect(stderr).toMatch(/glidepath cloud up/);
  });

  test('does not start twice, and the first goes on', async () => {
    await using rig = await projectRig(tinyProject());
    await rig.cloudUp();
    const second = await rig.run('cloud', 'up');
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/CLOUD_ALREADY_UP/);
    expect((await rig.run('cloud', 'status')).code).toBe(0);
  });

  test('says how machines can run when it is told another way', async () => {
    await using rig = await projectRig(tinyProject());
    const { code, stderr } = await rig.run('cloud', 'up', '--machines', 'vm');
    expect(code).toBe(2);
    expect(stderr).toMatch(/"vm" is not a way to run machines.[\s\S]*auto, process or container/);
    expect((await rig.run('cloud', 'status')).code).toBe(1);
  });

  test('says which port is taken', async () => {
    await using rig = await projectRig(tinyProject());
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as { port: number };
    const { code, stderr } = await rig.run('cloud', 'up', '--port', String(port), '--edge-port', '0');
    squatter.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`CLOUD_PORT_IN_USE|${port}`));
    expect((await rig.run('cloud', 'status')).code).toBe(1);
  });
});

describe('a missing secret', () => {
  test('is named before anything is changed', async () => {
    await using rig = await projectRig(
      tinyProject({ app: "env: { SESSION_KEY: secret('SESSION_KEY_STAGING') }," }),
    );
    await rig.cloudUp();
    const { code, stderr } = await rig.run('deploy', 'staging', '--local');
    expect(code).toBe(2);
    expect(stderr).toMatch(/SESSION_KEY_STAGING/);
    expect(await rig.json<{ runs: unknown[] }>('runs', '--local')).toEqual({ runs: [] });
  });

  test('and a missing token likewise', async () => {
    await using rig = await projectRig(tinyProject());
    const { code, stderr } = await rig.run('deploy', 'staging');
    expect(code).toBe(2);
    expect(stderr).toMatch(/FLY_API_TOKEN_STAGING/);
  });
});

test('a config is not needed to be right for the version and the help', async () => {
  await using rig = await projectRig({ 'glidepath.config.ts': tinyConfig().slice(0, 100) });
  expect((await rig.run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  const help = await rig.run('--help');
  expect(help.code).toBe(0);
  expect(help.stdout).toMatch(/rollback/);
});

const canMount = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status === 0;

describe.skipIf(!canMount)('a full disk (needs user namespaces)', () => {
  test('is said, whenever it fills up, and what was written before is intact', async () => {
    await using rig = await projectRig(tinyProject());
    await rig.cloudUp();
    // From too small for the journal's first page to enough for some steps.
    for (const sizeKb of [8, 150, 220]) {
      const { code, stderr, stdout } = await rig.shell(
        `mkdir -p .glidepath/local && unshare --user --map-root-user --mount sh -c 'mount -t tmpfs -o size=${sizeKb}k none .glidepath/local && exec node "$CLI" deploy staging --local'`,
      );
      expect([sizeKb, code]).toEqual([sizeKb, 1]);
      expect(stderr + stdout).toMatch(/STORE_DISK_FULL/);
      expect(stderr + stdout).not.toMatch(/Internal error/);
    }
    expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
  });
});
