import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { tinyProject } from '../support/tiny-project.ts';

const CONFIG = `
import { check, defineProject } from 'glidepath';

export default defineProject({
  name: 'shop',
  apps: {},
  environments: {},
  ci: {
    checks: {
      build: check('mkdir -p out && echo "built" > out/app.js', { outputs: ['out/**'] }),
      test: check('mkdir -p reports && echo "<testsuites/>" > reports/junit.xml', {
        needs: ['build'],
        reports: { junit: ['reports/junit.xml'] },
      }),
    },
  },
});
`;

const shop = async (): Promise<ProjectRig> =>
  projectRig({ 'glidepath.config.ts': CONFIG, '.gitignore': '.glidepath\nout\nreports\nexported\n' });

interface Manifest {
  readonly commit: string;
  readonly uncommitted: boolean;
  readonly files: readonly { readonly path: string }[];
  readonly checks: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly key: string | null;
  }[];
}
const manifestIn = (directory: string): Manifest =>
  JSON.parse(readFileSync(join(directory, 'artifact.json'), 'utf8')) as Manifest;

describe('ci --export', () => {
  test('puts outputs, reports, manifest and provenance together, and says who vouches for them', async () => {
    await using rig = await shop();
    const commit = (await rig.git('rev-parse', 'HEAD')).trim();
    const { code, stdout, stderr } = await rig.run('ci', '--export', 'exported/{commit}');
    expect([code, stderr]).toEqual([0, '']);
    const directory = `exported/${commit.slice(0, 7)}`;
    expect(stdout).toContain(`Exported to ${directory}`);
    expect(stdout).toContain('the provenance is not signed');
    const manifest = manifestIn(join(rig.dir, directory));
    expect(manifest).toMatchObject({ commit, uncommitted: false });
    expect(manifest.files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['outputs/out/app.js', 'reports/reports/junit.xml', 'sbom.cdx.json']),
    );
    expect(manifest.checks.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['build', 'passed'],
      ['test', 'passed'],
    ]);
    const verified = await rig.run('artifact', 'verify', directory, '--commit', commit.slice(0, 7));
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('not signed')]);
    expect(readFileSync(join(rig.dir, directory, 'artifact.json'), 'utf8')).not.toContain(rig.dir);
  });

  test('holds nothing of what lies there of other runs: no report, and no bill of materials', async () => {
    await using rig = await projectRig({
      'glidepath.config.ts': CONFIG.replace(
        'test: check(',
        `bill: check('mkdir -p reports && echo old > reports/sbom.json', { reports: { sbom: ['reports/sbom.json'] } }),
      test: check(`,
      ),
      '.gitignore': '.glidepath\nout\nreports\nexported\n',
    });
    expect((await rig.run('ci')).code).toBe(0);
    expect((await rig.run('ci', '--only', 'build', '--export', 'exported')).code).toBe(0);
    expect(manifestIn(join(rig.dir, 'exported')).files.map(({ path }) => path)).toEqual([
      'outputs/out/app.js',
      'sbom.cdx.json',
    ]);
    expect(readFileSync(join(rig.dir, 'exported/sbom.cdx.json'), 'utf8')).toContain('CycloneDX');
    const verified = await rig.run('artifact', 'verify', 'exported');
    expect([verified.code, verified.stdout]).toEqual([
      0,
      expect.stringContaining('not run when it was made: '),
    ]);
  });

  test('of a run that failed is whole and not fit for use; a report that git does not ignore is no change', async () => {
    await using rig = await projectRig({
      'glidepath.config.ts': CONFIG.replace(
        'test: check(',
        `broken: check('mkdir -p said && echo "<testsuites/>" > said/junit.xml; exit 3', { reports: { junit: ['said/junit.xml'] } }),
      test: check(`,
      ),
      '.gitignore': '.glidepath\nout\nreports\nexported\n',
    });
    expect((await rig.run('ci', '--keep-going', '--export', 'exported')).code).toBe(1);
    expect(manifestIn(join(rig.dir, 'exported'))).toMatchObject({ uncommitted: false });
    const { code, stderr } = await rig.run('artifact', 'verify', 'exported');
    expect([code, stderr]).toEqual([1, expect.stringContaining('The check broken failed when it was made.')]);
  });

  test('in a place that git does not ignore is warned of, and not made while checks are watched', async () => {
    await using rig = await shop();
    const watched = await rig.run('ci', '--watch', '--export', 'out');
    expect([watched.code, watched.stderr]).toEqual([
      2,
      expect.stringContaining('--watch and --export cannot be used together.'),
    ]);
    const { code, stdout } = await rig.run('ci', '--export', 'shared');
    expect(code).toBe(0);
    expect(stdout).toContain(
      '! git does not ignore shared, so checks that read all files of the project run again. Add it to .gitignore.\n',
    );
    expect((await rig.run('ci', '--export', 'exported')).stdout).not.toContain('does not ignore');
  });

  test('is signed with the key of the environment, which is printed nowhere; each thing that was changed is named', async () => {
    await using rig = await shop();
    const { privateKey } = generateKeyPairSync('ed25519');
    const raw = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url').toString('base64');
    const signed = await rig.runWith(
      { GLIDEPATH_SIGNING_KEY: raw },
      'ci',
      '--export',
      'exported',
      '--verbose',
    );
    const [, key = ''] = /signed by (ed25519:\S+?)\.?\n/.exec(signed.stdout) ?? [];
    expect(signed.stdout + signed.stderr).not.toContain(raw);
    expect((await rig.run('artifact', 'verify', 'exported', '--key', key)).code).toBe(0);
    writeFileSync(join(rig.dir, 'exported/outputs/out/app.js'), 'evil()');
    writeFileSync(join(rig.dir, 'exported/more'), '');
    const changed = await rig.run('artifact', 'verify', 'exported', '--key', key);
    expect([changed.code, changed.stderr]).toEqual([1, expect.stringContaining('ARTIFACT_INVALID')]);
    expect(changed.stderr).toContain('outputs/out/app.js was changed');
    expect(changed.stderr).toContain('more is there and the manifest does not name it');
    const other = `ed25519:${'A'.repeat(43)}`;
    expect((await rig.run('artifact', 'verify', 'exported', '--key', other)).stderr).toContain(
      `not by ${other}`,
    );
  });

  test('what cannot be exported is said before the first check runs, and nothing is overwritten', async () => {
    await using rig = await shop();
    rig.write('exported/thesis.txt', 'years of work');
    const inTheWay = await rig.run('ci', '--export', 'exported');
    expect([inTheWay.code, inTheWay.stderr]).toEqual([
      1,
      expect.stringContaining('is not empty and no export'),
    ]);
    const badKey = await rig.runWith(
      { GLIDEPATH_SIGNING_KEY: 'secret-but-no-key' },
      'ci',
      '--export',
      'other',
    );
    expect([badKey.code, badKey.stderr]).toEqual([2, expect.stringContaining('ARTIFACT_KEY_INVALID')]);
    expect(badKey.stdout + badKey.stderr).not.toContain('secret-but-no-key');
    const badName = await rig.run('ci', '--export', 'other/{branch}');
    expect([badName.code, badName.stderr]).toEqual([
      2,
      expect.stringContaining('{branch} cannot be filled in'),
    ]);
    expect(existsSync(join(rig.dir, 'out'))).toBe(false);
    expect(readdirSync(join(rig.dir, 'exported'))).toEqual(['thesis.txt']);
    const nothing = await rig.run('artifact', 'verify', 'nowhere');
    expect([nothing.code, nothing.stderr]).toEqual([1, expect.stringContaining('There is no artifact.json')]);
  });
});

test('a release is sealed when it is first deployed, and goes everywhere with that manifest', async () => {
  await using rig = await projectRig(tinyProject({ machines: 1 }));
  await rig.cloudUp();
  expect((await rig.run('deploy', 'staging', '--local')).code).toBe(0);
  expect((await rig.run('promote', 'staging', 'production', '--local')).code).toBe(0);
  interface Recorded {
    readonly releases: readonly { readonly release: { readonly id: string; readonly artifact: object } }[];
  }
  const [staging, production] = await Promise.all(
    ['staging', 'production'].map(async (name) => rig.json<Recorded>('releases', name, '--local')),
  );
  const release = staging?.releases[0]?.release;
  expect(release?.artifact).toEqual({
    manifest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
    provenance: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
    signedBy: null,
  });
  expect(production?.releases[0]?.release.artifact).toEqual(release?.artifact);
  const verified = await rig.run('artifact', 'verify', `.glidepath/artifacts/${release?.id ?? ''}`);
  expect([verified.code, verified.stdout]).toEqual([0, expect.stringMatching(/1 file, 1 image/)]);
  expect((await rig.run('status', 'staging', '--local')).stdout).toContain('provenance not signed');
});
