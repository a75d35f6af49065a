import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dsse } from '@sigstore/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  manifestText,
  parseManifest,
  sha256,
  type ArtifactManifest,
} from '../../src/artifacts/artifact-manifest.ts';
import { preAuthEncoding, type DsseEnvelope } from '../../src/artifacts/dsse.ts';
import type { ProvenanceStatement } from '../../src/artifacts/provenance-statement.ts';
import { signingKey } from '../../src/artifacts/signing-key.ts';
import { verifyArtifact } from '../../src/artifacts/verify-artifact.ts';
import { ed25519Signer, isSignedBy, type Ed25519Signer } from '../../src/util/ed25519.ts';
import { artifactRig, put, RIG_COMMIT, type ArtifactRig } from '../support/artifact-rig.ts';

const newSigner = (): Ed25519Signer => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const signer = ed25519Signer(privateKey.export({ format: 'pem', type: 'pkcs8' }) as string);
  if (signer === null) throw new Error('no key');
  return signer;
};
const SIGNER = newSigner();
const OTHER = newSigner();

test('what is signed is what sigstore signs, for any type and content', () => {
  fc.assert(
    fc.property(fc.string(), fc.uint8Array(), (type, payload) => {
      expect(preAuthEncoding(type, payload)).toEqual(dsse.preAuthEncoding(type, Buffer.from(payload)));
    }),
  );
});

test('the envelope holds an in-toto statement, signed over sigstore’s own encoding', async () => {
  using rig = artifactRig();
  const { provenanceText, manifest } = await rig.export({ signer: SIGNER });
  const envelope = JSON.parse(provenanceText) as DsseEnvelope;
  const payload = Buffer.from(envelope.payload, 'base64');
  const bytes = dsse.preAuthEncoding(envelope.payloadType, payload);
  const signature = Buffer.from(envelope.signatures[0]?.sig ?? '', 'base64');
  expect(isSignedBy(SIGNER.publicKey, bytes, signature)).toBe(true);
  const statement = JSON.parse(payload.toString()) as ProvenanceStatement;
  expect(statement).toMatchObject({
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'https://glidepath.dev/build/v1',
        externalParameters: { project: 'shop', checks: ['build', 'test'], apps: ['web'] },
        resolvedDependencies: [
          { uri: `git+https://github.com/octo/shop@${RIG_COMMIT}`, digest: { gitCommit: RIG_COMMIT } },
          { name: 'glidepath.config.ts' },
          { name: 'package-lock.json', digest: { sha256: sha256('lock').slice(7) } },
        ],
      },
      runDetails: {
        builder: { id: 'https://glidepath.dev/builders/local', version: { glidepath: '0.0.0' } },
      },
    },
  });
  const subjects = statement.subject.map(({ name, digest }) => `${name} ${digest['sha256']}`);
  expect(subjects).toEqual([
    `image:web ${sha256('image of web').slice(7)}`,
    ...manifest.files.map(({ path, digest }) => `${path} ${digest.slice(7)}`).sort(),
  ]);
});

test('an artifact as it was made verifies: signed, signed by the key asked for, and unsigned', async () => {
  using rig = artifactRig();
  await rig.export({ signer: SIGNER });
  const signed = await verifyArtifact(rig.out, { key: null, commit: null });
  expect([signed.problems, signed.signedBy]).toEqual([[], SIGNER.publicKey]);
  const asked = await verifyArtifact(rig.out, { key: SIGNER.publicKey, commit: RIG_COMMIT.slice(0, 7) });
  expect([asked.problems, asked.signedBy]).toEqual([[], SIGNER.publicKey]);
  await rig.export();
  const unsigned = await verifyArtifact(rig.out, { key: null, commit: null });
  expect([unsigned.problems, unsigned.signedBy]).toEqual([[], null]);
});

/** Changes the manifest as somebody would who wants it to hold together. */
function edit(rig: ArtifactRig, change: (manifest: ArtifactManifest) => ArtifactManifest): void {
  const file = join(rig.out, 'artifact.json');
  writeFileSync(file, manifestText(change(parseManifest(readFileSync(file, 'utf8')))));
}

/** Changes what was signed, and names the changed envelope in the manifest. */
function editPayload(rig: ArtifactRig, change: (text: string) => string): void {
  const file = join(rig.out, 'provenance.json');
  const envelope = JSON.parse(readFileSync(file, 'utf8')) as DsseEnvelope;
  const payload = change(Buffer.from(envelope.payload, 'base64').toString());
  const text = JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString('base64') });
  writeFileSync(file, text);
  edit(rig, (manifest) => ({
    ...manifest,
    provenance: { digest: sha256(text), signedBy: SIGNER.publicKey },
  }));
}

const APP = 'outputs/dist/app.js';
const TAMPERINGS: Record<string, [(rig: ArtifactRig) => void, RegExp]> = {
  'a changed file': [
    (rig) => put(rig.out, APP, 'evil()'),
    /^changed outputs\/dist\/app.js was changed: it is sha256:/,
  ],
  'a file that may be run now': [
    (rig) => chmodSync(join(rig.out, APP), 0o755),
    /^changed .*: executable, and was file/,
  ],
  'a missing file': [(rig) => rmSync(join(rig.out, APP)), /^missing outputs\/dist\/app.js /],
  'an extra file': [(rig) => put(rig.out, 'outputs/more.js', ''), /^extra outputs\/more.js /],
  'another commit in the manifest': [
    (rig) => edit(rig, (manifest) => ({ ...manifest, commit: 'b'.repeat(40) })),
    /^commit artifact.json says bbbbbbb, and was made of c0ffee0/,
  ],
  'a verdict that was turned round': [
    (rig) =>
      edit(rig, (manifest) => ({
        ...manifest,
        checks: manifest.checks.map((check) => ({ ...check, verdict: 'failed' as const })),
      })),
    /^manifest artifact.json is not the manifest that the provenance speaks of/,
  ],
  'a file and its digest in the manifest': [
    (rig) => {
      put(rig.out, APP, 'evil()');
      edit(rig, (manifest) => ({
        ...manifest,
        files: manifest.files.map((file) =>
          file.path === APP ? { ...file, digest: sha256('evil()') } : file,
        ),
      }));
    },
    /^provenance outputs\/dist\/app.js is in the manifest, and the provenance speaks of other content/,
  ],
  'the image of an app': [
    (rig) => edit(rig, (manifest) => ({ ...manifest, images: [] })),
    /^provenance image:web is in the provenance, and the manifest does not name it/,
  ],
  'provenance that was changed after it was signed': [
    (rig) => editPayload(rig, (text) => text.replace('builders/local', 'builders/other')),
    /^signature provenance.json has a signature of ed25519:.* that does not hold/,
  ],
  'provenance that is gone': [
    (rig) => rmSync(join(rig.out, 'provenance.json')),
    /^missing provenance.json is not there/,
  ],
  'a signature that was taken away': [
    (rig) => {
      const { payload } = JSON.parse(readFileSync(join(rig.out, 'provenance.json'), 'utf8')) as DsseEnvelope;
      const text = Buffer.from(payload, 'base64').toString();
      writeFileSync(join(rig.out, 'provenance.json'), text);
      edit(rig, (manifest) => ({ ...manifest, provenance: { digest: sha256(text), signedBy: null } }));
    },
    /^signature provenance.json has no signature/,
  ],
  'a manifest that was written anew': [
    (rig) => {
      const file = join(rig.out, 'artifact.json');
      writeFileSync(file, JSON.stringify(JSON.parse(readFileSync(file, 'utf8'))));
    },
    /^manifest artifact.json is not as it was written/,
  ],
};

test.each(Object.keys(TAMPERINGS))('%s is named', async (name) => {
  using rig = artifactRig();
  await rig.export({ signer: SIGNER });
  const [tamper, expected] = TAMPERINGS[name] ?? [];
  tamper?.(rig);
  const { problems } = await verifyArtifact(rig.out, { key: SIGNER.publicKey, commit: null });
  expect(problems.map(({ kind, message }) => `${kind} ${message}`)).toContainEqual(
    expect.stringMatching(expected ?? ''),
  );
});

test('another key, another commit and no signature at all are named where they are asked for', async () => {
  using rig = artifactRig();
  await rig.export({ signer: OTHER });
  const wrongKey = await verifyArtifact(rig.out, { key: SIGNER.publicKey, commit: 'abc1234' });
  expect(wrongKey.signedBy).toBe(null);
  expect(wrongKey.problems.map(({ kind, message }) => [kind, message])).toEqual([
    ['commit', 'artifact.json is of c0ffee0, not of abc1234.'],
    ['key', `provenance.json is signed by ${OTHER.publicKey}, not by ${SIGNER.publicKey}.`],
  ]);
  await rig.export();
  const { problems } = await verifyArtifact(rig.out, { key: SIGNER.publicKey, commit: null });
  expect(problems.map(({ kind, message }) => [kind, message])).toEqual([
    ['signature', 'provenance.json has no signature.'],
  ]);
});

test('a directory without a manifest, and a key that is none, are errors of their own', async () => {
  using rig = artifactRig();
  await expect(verifyArtifact(rig.root, { key: null, commit: null })).rejects.toMatchObject({
    code: 'ARTIFACT_INVALID',
  });
  expect(signingKey(undefined)).toBe(null);
  const secret = 'c2VjcmV0IGJ1dCBub3QgYSBrZXk';
  expect(() => signingKey(secret)).toThrow(
    expect.objectContaining({ code: 'ARTIFACT_KEY_INVALID' }) as Error,
  );
  try {
    signingKey(secret);
  } catch (error) {
    expect(String(error)).not.toContain(secret);
  }
});
