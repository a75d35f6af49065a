import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';

interface GeneratedDocument {
  readonly pending: number;
  readonly files: readonly {
    path: string;
    state: string;
    action: string;
    isPending: boolean;
    diff: string;
  }[];
}

/** A project whose staging has so much memory, with so many environments. */
function config(memory: string, environments = ['staging', 'production']): string {
  return `
import { defineProject, flyApp, manual, node } from 'glidepath';
export default defineProject({
  name: 'tiny',
  apps: { web: flyApp({ stack: node(), command: ['node', 'dist/main.js'], port: 8080, health: { path: '/' } }) },
  environments: {
    ${environments.map((name) => `${name}: { on: manual(), vm: { memory: '${memory}' } }`).join(',\n')}
  },
  files: { dockerfile: 'infra/{environment}/Dockerfile' },
});
`;
}

const tiny = (): Promise<ProjectRig> => projectRig({ 'glidepath.config.ts': config('256mb') });
const read = (rig: ProjectRig, file: string): string => readFileSync(join(rig.dir, file), 'utf8');

const PATHS = [
  'fly.staging.toml',
  'fly.production.toml',
  'infra/staging/Dockerfile',
  'infra/staging/Dockerfile.dockerignore',
  'infra/production/Dockerfile',
  'infra/production/Dockerfile.dockerignore',
  'docs/RUNBOOK.md',
];

describe('generate', () => {
  test('writes what --check says is missing, and then nothing is to be done', async () => {
    await using rig = await tiny();
    const before = await rig.json<GeneratedDocument>('generate', '--check');
    expect(before.files.map((file) => [file.path, file.state])).toEqual(
      PATHS.map((path) => [path, 'missing']),
    );
    expect(PATHS.filter((path) => existsSync(join(rig.dir, path)))).toEqual([]);
    expect((await rig.run('generate', '--check')).code).toBe(3);

    const written = await rig.run('generate');
    expect([written.code, written.stdout]).toEqual([0, expect.stringContaining('7 files written.')]);
    expect(PATHS.filter((path) => !existsSync(join(rig.dir, path)))).toEqual([]);
    const after = await rig.run('generate', '--check');
    expect([after.code, after.stdout]).toEqual([0, expect.stringContaining('up to date')]);
  });

  test('shows how a file differs after the config has changed, and only --check leaves it', async () => {
    await using rig = await tiny();
    await rig.run('generate');
    rig.write('glidepath.config.ts', config('512mb'));
    const check = await rig.run('generate', '--check', 'fly.staging.toml');
    expect(check.code).toBe(3);
    expect(check.stdout).toContain('-  memory = "256mb"\n+  memory = "512mb"\n');
    expect(read(rig, 'fly.staging.toml')).toContain('256mb');
    expect((await rig.run('generate', 'fly.staging.toml')).code).toBe(0);
    expect(read(rig, 'fly.staging.toml')).toContain('512mb');
    expect(read(rig, 'fly.production.toml')).toContain('256mb');
  });

  test('keeps an edit, tells of it when the config has changed too, and gives in only to --force', async () => {
    await using rig = await tiny();
    await rig.run('generate');
    rig.write('fly.staging.toml', `${read(rig, 'fly.staging.toml')}# mine\n`);
    const kept = await rig.run('generate');
    expect([kept.code, kept.stdout]).toEqual([0, expect.stringContaining('apart from your edits')]);
    const checked = await rig.run('generate', '--check');
    expect(checked.code).toBe(3);
    expect(checked.stdout).toContain('-# mine\n');
    expect(checked.stdout).toContain('--allow-edits fly.staging.toml');
    expect((await rig.run('generate', '--check', '--allow-edits', './fly.staging.toml')).code).toBe(0);
    expect((await rig.run('generate', '--check', '--allow-edits', 'fly.production.toml')).code).toBe(3);
    expect((await rig.run('generate', '--allow-edits', 'fly.staging.toml')).code).toBe(2);
    expect((await rig.run('generate', '--check', '--allow-edits', 'fly.stagin.toml')).stderr).toContain(
      'Did you mean fly.staging.toml?',
    );

    rig.write('glidepath.config.ts', config('512mb'));
    const refused = await rig.run('generate');
    expect(refused.code).toBe(3);
    expect(refused.stdout).toContain('-# mine\n');
    expect(read(rig, 'fly.staging.toml')).toContain('# mine');
    expect(read(rig, 'fly.production.toml')).toContain('512mb');

    expect((await rig.run('generate', '--force')).code).toBe(0);
    expect(read(rig, 'fly.staging.toml')).not.toContain('# mine');
  });

  test('replaces no file of somebody else without --force', async () => {
    await using rig = await tiny();
    rig.write('infra/staging/Dockerfile', 'FROM scratch\n');
    const refused = await rig.run('generate');
    expect(refused.code).toBe(3);
    expect(refused.stdout).toContain('glidepath generate --force infra/staging/Dockerfile');
    expect(read(rig, 'infra/staging/Dockerfile')).toBe('FROM scratch\n');
    expect((await rig.run('generate', '--force', 'infra/staging/Dockerfile')).code).toBe(0);
    expect(read(rig, 'infra/staging/Dockerfile')).toContain('glidepath-checksum');
  });

  test('tells of files of an environment that is gone, and removes with --force those nobody edited', async () => {
    await using rig = await tiny();
    await rig.run('generate');
    rig.write('infra/production/Dockerfile', `${read(rig, 'infra/production/Dockerfile')}# mine\n`);
    rig.write('glidepath.config.ts', config('256mb', ['staging']));
    const told = await rig.json<GeneratedDocument>('generate');
    expect(
      told.files
        .filter((file) => file.isPending)
        .map(({ path, state }) => `${path} ${state}`)
        .toSorted(),
    ).toEqual([
      'fly.production.toml stale',
      'infra/production/Dockerfile forsaken',
      'infra/production/Dockerfile.dockerignore stale',
    ]);
    expect(existsSync(join(rig.dir, 'fly.production.toml'))).toBe(true);

    expect((await rig.run('generate', '--force')).code).toBe(3);
    expect(existsSync(join(rig.dir, 'fly.production.toml'))).toBe(false);
    expect(readdirSync(join(rig.dir, 'infra/production'))).toEqual(['Dockerfile']);
  });
});

describe('GitHub workflows', () => {
  const said = (github: string): string =>
    config('256mb', ['staging']).replace("name: 'tiny',", `name: 'tiny', github: ${github},`);

  test('come with the warnings about the config: a shared cache that nobody can be believed in', async () => {
    await using rig = await tiny();
    const cache = "ci: { cache: { remote: { kind: 'http', url: 'https://cache.example/' } } }";
    rig.write('package.json', '{}');
    rig.write('glidepath.config.ts', said(`{ repository: 'acme/tiny' }, ${cache}`));
    const { code, stderr } = await rig.run('generate');
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('! ci.cache.remote shares nothing that main'),
    ]);
  });

  test('are written where something is said of GitHub, and told of when they are not written any more', async () => {
    await using rig = await tiny();
    rig.write('glidepath.config.ts', said("{ repository: 'acme/tiny' }"));
    const written = await rig.run('generate');
    expect(written.code).toBe(0);
    expect(written.stderr).toContain('run "npm ci", and there is no package.json here');
    rig.write('package.json', '{}');
    expect((await rig.run('generate')).stderr).toBe('');
    expect(readdirSync(join(rig.dir, '.github'), { recursive: true }).map(String).toSorted()).toEqual([
      'dependabot.yml',
      'workflows',
      'workflows/ci.yml',
      'workflows/deploy-staging.yml',
      'workflows/operations.yml',
    ]);
    rig.write(
      '.github/workflows/deploy-staging.yml',
      `${read(rig, '.github/workflows/deploy-staging.yml')}# mine\n`,
    );
    const edited = await rig.run('generate', '--check');
    expect(edited.code).toBe(3);
    expect(edited.stdout).toContain('-# mine\n');

    rig.write('glidepath.config.ts', said("{ repository: 'acme/tiny', runner: 'ubuntu-22.04' }"));
    const drift = await rig.run('generate', '--check');
    expect(drift.code).toBe(3);
    expect(drift.stdout).toContain('-    runs-on: ubuntu-24.04\n+    runs-on: ubuntu-22.04\n');

    rig.write('glidepath.config.ts', said('{ workflows: false, dependabot: false }'));
    const told = await rig.json<GeneratedDocument>('generate');
    expect(
      told.files
        .filter((file) => file.isPending)
        .map(({ path, state }) => `${path} ${state}`)
        .toSorted(),
    ).toEqual([
      '.github/dependabot.yml stale',
      '.github/workflows/ci.yml stale',
      '.github/workflows/deploy-staging.yml forsaken',
      '.github/workflows/operations.yml stale',
    ]);
  });

  test('of somebody else are left alone, and what can be done about them is said', async () => {
    await using rig = await tiny();
    rig.write('glidepath.config.ts', said('{}'));
    rig.write('.github/workflows/ci.yml', 'on: push\njobs: {}\n');
    rig.write('.github/workflows/nightly.yml', 'on: schedule\njobs: {}\n');
    rig.write('.github/dependabot.yml', 'version: 2\nupdates: []\n');
    const refused = await rig.run('generate');
    expect(refused.code).toBe(3);
    expect(refused.stdout).toContain('Move what its jobs run to ci.checks in glidepath.config.ts');
    expect(refused.stdout).toContain('Keep it: github: { dependabot: false }');
    expect(refused.stdout).not.toContain('nightly');
    expect(read(rig, '.github/workflows/ci.yml')).toBe('on: push\njobs: {}\n');
  });

  test('of a repository with checks and a release alone are all that is written', async () => {
    await using rig = await tiny();
    rig.write(
      'glidepath.config.ts',
      `
import { check, defineProject, tag } from 'glidepath';
export default defineProject({
  name: 'tool',
  github: { repository: 'acme/tool', dependabot: false },
  apps: {},
  environments: {},
  ci: {
    checks: { test: check('npm test'), pack: check('npm pack', { needs: ['test'], outputs: ['tool.tgz'] }) },
    release: { on: tag('v*'), check: 'pack', command: 'npm publish tool.tgz', secrets: ['NPM_TOKEN'] },
  },
});
`,
    );
    const { files } = await rig.json<GeneratedDocument>('generate');
    expect(files.map(({ path }) => path)).toEqual([
      '.github/workflows/ci.yml',
      '.github/workflows/release.yml',
    ]);
    expect(read(rig, '.github/workflows/release.yml')).toContain('NPM_TOKEN: ${{ secrets.NPM_TOKEN }}');
    expect((await rig.run('validate')).code).toBe(0);
  });
});

describe('what generate refuses, it refuses whole', () => {
  test('a folder that leads out of the project is GENERATE_FAILED, and nothing is written', async () => {
    await using rig = await tiny();
    symlinkSync(tmpdir(), join(rig.dir, 'infra'));
    const { code, stderr } = await rig.run('generate');
    expect([code, stderr]).toEqual([1, expect.stringContaining('GENERATE_FAILED')]);
    expect(stderr).toContain('infra/staging/Dockerfile lies outside of the project');
    expect(existsSync(join(rig.dir, 'fly.staging.toml'))).toBe(false);
    expect(existsSync(join(tmpdir(), 'staging'))).toBe(false);
    rmSync(join(rig.dir, 'infra'));
  });

  test('a folder in the place of the last file leaves every other as it was', async () => {
    await using rig = await tiny();
    mkdirSync(join(rig.dir, 'docs/RUNBOOK.md'), { recursive: true });
    const { code, stderr } = await rig.run('generate');
    expect([code, stderr]).toEqual([1, expect.stringContaining('docs/RUNBOOK.md cannot be read (EISDIR)')]);
    expect(existsSync(join(rig.dir, 'fly.staging.toml'))).toBe(false);
  });

  // Who may write everywhere cannot be refused.
  test.skipIf(process.getuid?.() === 0)(
    'a folder without the right to write leaves nothing behind',
    async () => {
      await using rig = await tiny();
      mkdirSync(join(rig.dir, 'docs'));
      chmodSync(join(rig.dir, 'docs'), 0o500);
      const { code, stderr } = await rig.run('generate');
      chmodSync(join(rig.dir, 'docs'), 0o700);
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining('docs/RUNBOOK.md cannot be written (EACCES)'),
      ]);
      expect(readdirSync(rig.dir).filter((name) => name.startsWith('fly.') || name === 'infra')).toEqual([]);
    },
  );

  test('a file in the way of a folder leaves nothing behind', async () => {
    await using rig = await tiny();
    rig.write('docs', 'not a folder\n');
    const { code, stderr } = await rig.run('generate');
    expect([code, stderr]).toEqual([1, expect.stringContaining('docs/RUNBOOK.md cannot be written')]);
    expect(readdirSync(rig.dir).filter((name) => name.startsWith('fly.') || name === 'infra')).toEqual([]);
  });

  test.each([
    [
      ['fly.stagin.toml'],
      'fly.stagin.toml is not a file Glidepath generates',
      'Did you mean fly.staging.toml?',
    ],
    [['--check', '--force'], '--check writes nothing', 'glidepath generate --help'],
  ])('%j says what is wrong with it', async (args, message, hint) => {
    await using rig = await tiny();
    const { code, stderr } = await rig.run('generate', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });
});
