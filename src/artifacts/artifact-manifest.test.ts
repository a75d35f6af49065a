import fc from 'fast-check';
import { expect, test } from 'vitest';
import { manifestText, parseManifest, sha256, type ArtifactManifest } from './artifact-manifest.ts';

const COMMIT = 'a'.repeat(40);
const MANIFEST: ArtifactManifest = {
  format: 1,
  project: 'shop',
  commit: COMMIT,
  committedAt: '2026-11-01T00:00:00.000Z',
  uncommitted: false,
  files: ['b', 'a', 'c'].map((path) => ({
    path,
    digest: sha256(path),
    bytes: 1,
    kind: 'file',
    role: 'output',
    check: 'build',
  })),
  images: ['web', 'api'].map((app) => ({ app, digest: sha256(app), bytes: 1 })),
  checks: ['test', 'build'].map((name) => ({
    name,
    key: null,
    verdict: 'passed',
    at: '2026-11-01T00:00:00.000Z',
    reports: [],
  })),
  tools: { npm: '11.0.0', node: '24.0.0' },
  glidepath: '0.1.0',
  sbom: null,
  provenance: null,
};

test('a manifest has one text, in whatever order it was put together', () => {
  const shuffled = fc.record({
    files: fc.shuffledSubarray([...MANIFEST.files], { minLength: 3 }),
    images: fc.shuffledSubarray([...MANIFEST.images], { minLength: 2 }),
    checks: fc.shuffledSubarray([...MANIFEST.checks], { minLength: 2 }),
    tools: fc.constantFrom({ node: '24.0.0', npm: '11.0.0' }, { npm: '11.0.0', node: '24.0.0' }),
  });
  fc.assert(
    fc.property(shuffled, (parts) => {
      expect(manifestText({ ...parts, ...MANIFEST, ...parts })).toBe(manifestText(MANIFEST));
    }),
  );
  expect(parseManifest(manifestText(MANIFEST)).files.map(({ path }) => path)).toEqual(['a', 'b', 'c']);
});

test.each([
  ['{', 'is no JSON'],
  ['[]', 'is no JSON object'],
  [JSON.stringify({ ...MANIFEST, format: 2 }), 'has the format 2, and this version reads 1'],
  [JSON.stringify({ ...MANIFEST, commit: 'main' }), 'says nothing that can be read in commit'],
  [JSON.stringify({ ...MANIFEST, files: [{ path: 'a' }] }), 'says nothing that can be read in files'],
  [JSON.stringify({ ...MANIFEST, sbom: 'sha256:1' }), 'says nothing that can be read in sbom'],
])('what is no manifest is ARTIFACT_INVALID: %#', (text, why) => {
  expect(() => parseManifest(text)).toThrow(
    expect.objectContaining({ code: 'ARTIFACT_INVALID', message: `artifact.json ${why}.` }) as Error,
  );
});
