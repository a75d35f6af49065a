import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseManifest, type ArtifactManifest } from '../../src/artifacts/artifact-manifest.ts';
import { artifactRig, put, RIG_COMMIT } from '../support/artifact-rig.ts';

test('an export holds outputs, reports, the bill of materials, the manifest and the provenance, each by digest', async () => {
  using rig = artifactRig();
  const exported = await rig.export();
  expect(exported.directory).toBe(rig.out);
  expect(readdirSync(rig.out).sort()).toEqual([
    'artifact.json',
    'outputs',
    'provenance.json',
    'reports',
    'sbom.cdx.json',
  ]);
  expect(readFileSync(join(rig.out, 'outputs/dist/app.js'), 'utf8')).toBe('console.log("hi")\n');
  expect(readlinkSync(join(rig.out, 'outputs/dist/latest.js'))).toBe('app.js');
  expect(lstatSync(join(rig.out, 'outputs/dist/run.sh')).mode & 0o777).toBe(0o755);
  const manifest = parseManifest(readFileSync(join(rig.out, 'artifact.json'), 'utf8'));
  expect(manifest).toMatchObject({
    project: 'shop',
    commit: RIG_COMMIT,
    committedAt: '2026-11-01T00:00:00.000Z',
    tools: { node: '24.21.0' },
    provenance: { signedBy: null },
    sbom: manifest.files.find(({ role }) => role === 'sbom')?.digest,
  } satisfies Partial<Record<keyof ArtifactManifest, unknown>>);
  expect(manifest.files.map(({ path, kind, check }) => [path, kind, check])).toEqual([
    ['outputs/dist/app.js', 'file', 'build'],
    ['outputs/dist/latest.js', 'link', 'build'],
    ['outputs/dist/run.sh', 'executable', 'build'],
    ['reports/junit.xml', 'file', 'test'],
    ['sbom.cdx.json', 'file', null],
  ]);
  expect(manifest.checks.map(({ name, verdict, key }) => [name, verdict, key?.length ?? null])).toEqual([
    ['build', 'passed', 64],
    ['test', 'passed', null],
  ]);
});

test('no document names a path of the machine, and two exports of the same differ in nothing', async () => {
  using one = artifactRig();
  using two = artifactRig();
  const [first, second] = [await one.export(), await two.export()];
  expect(second.manifestText).toBe(first.manifestText);
  expect(second.provenanceText).toBe(first.provenanceText);
  expect(first.manifestText + first.provenanceText).not.toContain(one.dir);
});

test('{time} and {commit} in the name are filled in, and nothing else can be', async () => {
  using rig = artifactRig();
  const { directory } = await rig.export({ directory: join(rig.dir, '{time}-{commit}') });
  expect(directory).toBe(join(rig.dir, '20261102T030405Z-c0ffee0'));
  await expect(rig.export({ directory: join(rig.dir, '{branch}') })).rejects.toMatchObject({
    code: 'CLI_USAGE',
  });
});

test('an earlier export and an empty directory are replaced', async () => {
  using rig = artifactRig();
  mkdirSync(rig.out);
  await rig.export();
  put(rig.out, 'outputs/dist/of-before.js', '');
  await rig.export();
  expect(existsSync(join(rig.out, 'outputs/dist/of-before.js'))).toBe(false);
  expect(readdirSync(rig.dir).sort()).toEqual(['checkout', 'out']);
});

test.each([
  ['somebody’s files', (out: string) => put(out, 'thesis.txt', 'years of work')],
  ['an artifact.json of somebody else', (out: string) => put(out, 'artifact.json', '{}')],
  ['a file', (out: string) => writeFileSync(out, 'a file')],
])('%s in the way: refused, and left as it is', async (_what, place) => {
  using rig = artifactRig();
  place(rig.out);
  await expect(rig.export()).rejects.toMatchObject({ code: 'ARTIFACT_INVALID' });
  expect(readdirSync(rig.dir).sort()).toEqual(['checkout', 'out']);
  expect(existsSync(join(rig.out, 'provenance.json'))).toBe(false);
});

test('an output that is gone: refused by name, and the export of before is still whole', async () => {
  using rig = artifactRig();
  await rig.export();
  rmSync(join(rig.root, 'dist/run.sh'));
  await expect(rig.export()).rejects.toMatchObject({
    code: 'ARTIFACT_INVALID',
    message: 'dist/run.sh, which build is to leave, is gone.',
  });
  expect(existsSync(join(rig.out, 'outputs/dist/run.sh'))).toBe(true);
  expect(readdirSync(rig.dir).sort()).toEqual(['checkout', 'out']);
});

test('a link that leads out of the outputs is exported as what it leads to', async () => {
  using rig = artifactRig();
  put(rig.dir, 'elsewhere.txt', 'from elsewhere');
  symlinkSync(join(rig.dir, 'elsewhere.txt'), join(rig.root, 'dist/absolute'));
  const check = {
    name: 'build',
    key: null,
    verdict: 'passed',
    at: 0,
    outputs: ['dist/absolute'],
    reports: [],
  } as const;
  const { manifest } = await rig.export({ checks: [check] });
  expect(manifest.files.find(({ path }) => path === 'outputs/dist/absolute')?.kind).toBe('file');
  expect(readFileSync(join(rig.out, 'outputs/dist/absolute'), 'utf8')).toBe('from elsewhere');
  await expect(rig.export({ checks: [{ ...check, outputs: ['../elsewhere.txt'] }] })).rejects.toMatchObject({
    code: 'ARTIFACT_INVALID',
  });
});
