import { expect, test } from 'vitest';
import { errorFromAnswer, errorFromSilence, isOutcomeUnknown } from './fly-api-error.ts';

const REQUEST = { method: 'POST', resource: 'machine 1 of app a' };

test.each([
  [401, { error: 'Authenticate: token validation error' }, 'PROVIDER_UNAUTHORIZED', 'never'],
  [403, { error: 'unauthorized' }, 'PROVIDER_UNAUTHORIZED', 'never'],
  [404, { error: 'not found' }, 'PROVIDER_NOT_FOUND', 'never'],
  [409, { error: 'lease currently held by someone' }, 'PROVIDER_CONFLICT', 'never'],
  [409, { error: 'could not reserve resource for machine: insufficient memory' }, 'PROVIDER_QUOTA', 'never'],
  [412, { error: 'failed_precondition: machine getting replaced' }, 'PROVIDER_CONFLICT', 'never'],
  [422, { error: 'Name has already been taken', status: 'name_taken' }, 'PROVIDER_CONFLICT', 'never'],
  [422, { error: 'no room', status: 'insufficient_capacity' }, 'PROVIDER_QUOTA', 'never'],
  [422, { error: 'invalid config.guest' }, 'PROVIDER_REJECTED', 'never'],
  [400, { message: 'bad region' }, 'PROVIDER_REJECTED', 'never'],
  [408, { error: 'deadline_exceeded' }, 'PROVIDER_UNREACHABLE', 'never'],
  [429, { error: 'rate limit exceeded' }, 'PROVIDER_QUOTA', 'safe'],
  [502, '<html>bad gateway</html>', 'PROVIDER_UNREACHABLE', 'safe'],
] as const)('status %i with %j is %s', (status, body, code, retry) => {
  const error = errorFromAnswer(REQUEST, { status, body, requestId: 'req-7' });
  expect(error.code).toBe(code);
  expect(error.retry).toBe(retry);
  expect(error.message).toContain(`HTTP ${status}, request req-7`);
  expect(error.message).toContain('machine 1 of app a');
  expect(error.hint).not.toBe('');
});

test('registry errors are read from their list', () => {
  const body = { errors: [{ code: 'NAME_UNKNOWN', message: 'app repository not found' }] };
  expect(errorFromAnswer(REQUEST, { status: 404, body, requestId: null }).message).toContain(
    'app repository not found',
  );
});

test('the outcome of a request is unknown without an answer, on 408 and on faults of the server only', () => {
  const of = (status: number): boolean =>
    isOutcomeUnknown(errorFromAnswer(REQUEST, { status, body: null, requestId: null }));
  expect([408, 500, 503].map(of)).toEqual([true, true, true]);
  expect([400, 404, 409, 422, 429].map(of)).toEqual([false, false, false, false, false]);
  const silence = errorFromSilence(
    REQUEST,
    new TypeError('fetch failed', { cause: new Error('ECONNRESET') }),
  );
  expect(isOutcomeUnknown(silence)).toBe(true);
  expect(silence.message).toContain('ECONNRESET');
  expect(isOutcomeUnknown(new Error('something else'))).toBe(false);
});

test.each([
  [401, 'GET', /does not know the token FLY_API_TOKEN_STAGING/],
  [403, 'GET', /token FLY_API_TOKEN_STAGING lacks the right to read app shop/],
  [403, 'POST', /token FLY_API_TOKEN_STAGING lacks the right to change app shop/],
])('A token that is refused with %i on %s is named with what it lacks', (status, method, hint) => {
  const request = { method, resource: 'app shop', tokenName: 'FLY_API_TOKEN_STAGING' };
  const error = errorFromAnswer(request, { status, body: { error: 'unauthorized' }, requestId: null });
  expect([error.code, error.hint]).toEqual(['PROVIDER_UNAUTHORIZED', expect.stringMatching(hint)]);
});
