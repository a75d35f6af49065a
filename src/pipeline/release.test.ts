import { expect, test } from 'vitest';
import { digestOf, releaseOf } from './release.ts';

const COMMIT = '4f2a91c0c0ffee00000000000000000000000000';

test('a release id depends on the commit and the digests, not on their order', () => {
  const one = releaseOf(COMMIT, 'main', { web: 'sha256:aa', api: 'sha256:bb' });
  const other = releaseOf(COMMIT, 'v1', { api: 'sha256:bb', web: 'sha256:aa' });
  expect(one.id).toBe(other.id);
  expect(one.id).toMatch(/^r-4f2a91c-[0-9a-f]{4}$/);
});

test('another digest of one app is another release', () => {
  const one = releaseOf(COMMIT, 'main', { web: 'sha256:aa' });
  const other = releaseOf(COMMIT, 'main', { web: 'sha256:ab' });
  expect(one.id).not.toBe(other.id);
});

test('the digest of an image is what stands behind the @', () => {
  expect(digestOf('127.0.0.1:4280/shop-web@sha256:abc')).toBe('sha256:abc');
});
