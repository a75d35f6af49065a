import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runningRelease } from '../src/running-release.ts';

test('the release is what the environment says, else the image, else none', () => {
  const image = { FLY_IMAGE_REF: `registry.example/web@sha256:${'0123456789ab'.padEnd(64, 'c')}` };
  assert.equal(runningRelease({ ...image, GLIDEPATH_RELEASE: 'r-1a2b3c4-5d6e' }), 'r-1a2b3c4-5d6e');
  assert.equal(runningRelease(image), 'sha256:0123456789ab');
  assert.equal(runningRelease({}), 'none');
});
