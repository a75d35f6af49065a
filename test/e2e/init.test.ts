import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRig } from '../support/project-rig.ts';

const TOML = `app = "shop-live"
primary_region = "ams"
swap_size_mb = 512
console_command = "node repl.js"

[http_service]
  internal_port = 3000
  auto_stop_machines = "stop"

[processes]
  app = "node server.js"
  worker = "node worker.js"
`;

const PACKAGE = JSON.stringify({ name: 'shop', scripts: { start: 'node server.js' } });

test('init writes a config that validates and plans, and says what it found, kept and left out', async () => {
  await using rig = await projectRig({ 'package.json': PACKAGE, 'fly.toml': TOML });
  const { code, stdout, stderr } = await rig.run('init');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/✓ glidepath\.config\.ts is written/);
  expect(stdout).toMatch(/web: Node on Fly {2}fly\.toml/);
  expect(stdout).toMatch(/fly\.toml: console_command/);
  // Machines have a place for it.
  expect(stdout).not.toMatch(/swap_size_mb/);
  expect(stdout).toMatch(/fly\.toml:12: processes\.worker is left out/);
  expect(stdout).toMatch(
    /glidepath validate {16}every mistake.*\n {2}glidepath plan deploy production {2}what.*\n.*cloud up {16}a/,
  );
  const valid = await rig.run('validate');
  expect(valid.code).toBe(0);
  expect(valid.stderr).toMatch(
    /console_command is kept as it is[^]*fly\.toml:4:1 {2}console_command {2}CONFIG_NOT_IMPORTED/,
  );
  await rig.commit('Config');
  expect((await rig.run('plan', 'deploy', 'production')).code).toBe(0);
  const { project } = await rig.json<{ project: { environments: unknown } }>('validate');
  expect(project.environments).toMatchObject([
    {
      apps: [
        {
          platformName: 'shop-live',
          port: 3000,
          flyToml: { extra: { swap_size_mb: 512, console_command: 'node repl.js' } },
        },
      ],
    },
  ]);
});

test('init writes over nothing unless it is told to, and --dry-run writes nothing at all', async () => {
  await using rig = await projectRig({ 'package.json': PACKAGE });
  const dry = await rig.run('init', '--dry-run', '--name', 'bakery');
  expect(dry.code).toBe(0);
  expect(dry.stdout).toContain("name: 'bakery',");
  expect(existsSync(join(rig.dir, 'glidepath.config.ts'))).toBe(false);
  rig.write('glidepath.config.ts', '// mine\n');
  const refused = await rig.run('init', '--yes');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/CONFIG_EXISTS/);
  expect(refused.stderr).toMatch(/--force/);
  expect(readFileSync(join(rig.dir, 'glidepath.config.ts'), 'utf8')).toBe('// mine\n');
  const forced = await rig.json<{ written: boolean; name: string; apps: unknown }>('init', '--force');
  expect(forced).toMatchObject({
    written: true,
    name: 'shop',
    apps: [{ name: 'web', platform: 'fly', kind: 'node', evidence: ['package.json'] }],
  });
  expect((await rig.run('validate')).code).toBe(0);
});

test('init with a name that is none, or a fly.toml with mistakes, says so', async () => {
  await using rig = await projectRig({
    'fly.toml': TOML.replace('"ams"', '"amx"')
      .replace('swap_', 'swop_')
      .concat('[[vm]]\nsize = "shared-cpu-3x"\n'),
  });
  const name = await rig.run('init', '--name', 'My Shop');
  expect(name.code).toBe(2);
  expect(name.stderr).toMatch(/--name my-shop/);
  const { code, stdout, stderr } = await rig.run('init');
  expect(code).toBe(2);
  expect(stdout).toMatch(/is written/);
  expect(stderr).toMatch(/"amx", which is not a region of Fly[^]*fly\.toml:2:1[^]*Did you mean ams\?/);
  expect(stderr).toMatch(/"shared-cpu-3x"[^]*fly\.toml:14:1[^]*Did you mean shared-cpu-1x\?/);
  expect(stderr).toMatch(/no key swop_size_mb[^]*fly\.toml:3:1[^]*Did you mean swap_size_mb\?/);
});
