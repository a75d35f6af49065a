import { expect, test } from 'vitest';
import { hexOf, isRepositoryName, parseImageReference } from './oci-names.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

test.each([
  [`registry.fly.io/web@${DIGEST}`, { repository: 'web', tag: null, digest: DIGEST }],
  [`127.0.0.1:5000/web@${DIGEST}`, { repository: 'web', tag: null, digest: DIGEST }],
  [`localhost/team/web:v1`, { repository: 'team/web', tag: 'v1', digest: null }],
  [`web:v1@${DIGEST}`, { repository: 'web', tag: 'v1', digest: DIGEST }],
  ['team/web', { repository: 'team/web', tag: 'latest', digest: null }],
])('%s is read', (text, expected) => {
  expect(parseImageReference(text)).toEqual(expected);
});

test.each([
  '',
  'Web',
  'web@sha256:abc',
  `web@${DIGEST}@${DIGEST}`,
  'web:v1:v2',
  'web:',
  '../web',
  'web/../x',
  'a b',
])('%j is no reference', (text) => {
  expect(parseImageReference(text)).toBeNull();
});

test('a name is at most 255 characters of the allowed kind', () => {
  expect(isRepositoryName('a.b_c__d-e/f')).toBe(true);
  expect(isRepositoryName('a'.repeat(256))).toBe(false);
  expect(isRepositoryName('-a')).toBe(false);
});

test('only a whole digest becomes a file name', () => {
  expect(hexOf(DIGEST)).toBe('a'.repeat(64));
  expect(() => hexOf('sha256:../../etc/passwd')).toThrow(/is not a digest/);
});
