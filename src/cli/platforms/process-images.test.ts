import { expect, test } from 'vitest';
import { wantsProcessImages } from './process-images.ts';

test.each([
  ['http://127.0.0.1:4280', 'process', true],
  ['http://localhost:4280', 'process', true],
  ['http://[::1]:4280', 'process', true],
  ['http://127.0.0.1:4280', 'container', false],
  ['http://127.0.0.1:4280', undefined, false],
  ['https://api.machines.dev', 'process', false],
  ['https://127.0.0.1.example.com', 'process', false],
  ['nowhere', 'process', false],
  [undefined, 'process', false],
])('With the platform at %s and images of %s, images for processes: %s', (base, images, expected) => {
  expect(wantsProcessImages({ FLY_FLAPS_BASE_URL: base, GLIDEPATH_IMAGES: images })).toBe(expected);
});
