import { expect, test } from 'vitest';
import { matchesRoute } from './route-pattern.ts';

test.each([
  ['POST /v1/apps/*/machines', 'POST', '/v1/apps/web/machines', true],
  ['POST /v1/apps/*/machines', 'GET', '/v1/apps/web/machines', false],
  ['POST /v1/apps/*/machines', 'POST', '/v1/apps/web/machines/1', false],
  ['* /v1/**', 'DELETE', '/v1/apps/web', true],
  ['/v1/apps/web', 'GET', '/v1/apps/web', true],
  ['GET /v1/**/wait', 'GET', '/v1/apps/web/machines/1/wait', true],
  ['GET /v1/**/wait', 'GET', '/v1/apps/web/machines/1', false],
])('%s on %s %s: %s', (pattern, method, path, expected) => {
  expect(matchesRoute(pattern, { method, path })).toBe(expected);
});
