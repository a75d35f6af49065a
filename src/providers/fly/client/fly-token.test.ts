import { expect, test } from 'vitest';
import { Secret } from '../../../diagnostics/secret.ts';
import { authorizationOf, bareToken } from './fly-token.ts';

test.each([
  ['FlyV1 fm2_abc', 'FlyV1 fm2_abc', 'fm2_abc'],
  ['fm2_abc,fm2_def', 'FlyV1 fm2_abc,fm2_def', 'fm2_abc,fm2_def'],
  ['fm1r_abc\n', 'FlyV1 fm1r_abc', 'fm1r_abc'],
  ['plain', 'Bearer plain', 'plain'],
  ['Bearer plain', 'Bearer plain', 'plain'],
])('%j is sent as %s', (given, header, bare) => {
  expect(authorizationOf(new Secret(given))).toBe(header);
  expect(bareToken(new Secret(given))).toBe(bare);
});
