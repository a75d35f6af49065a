import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hiddenRequest, requestIn, type WaitingRequest } from './waiting-request.ts';

const REQUEST: WaitingRequest = {
  version: 1,
  environment: 'production',
  commit: 'a'.repeat(40),
  plan: 'b'.repeat(64),
  parts: { 'the app web': '123456789abc' },
  earlier: [{ plan: 'c'.repeat(64), parts: {} }],
  action: 'deploy',
  ref: 'v1.2.0',
  steps: ['Build web --> it', 'Deploy web'],
  by: 'ada',
  at: 1_764_000_000_000,
};

test('a request is read back from the comment that it is hidden in, and ends no comment', () => {
  const hidden = hiddenRequest(REQUEST);
  expect(requestIn(`Before\n${hidden}\nafter`)).toEqual(REQUEST);
  expect(hidden.indexOf('-->')).toBe(hidden.length - 3);
});

test('what somebody spoilt is no request, and never throws', () => {
  const hide = (value: unknown): string =>
    `<!-- glidepath:request ${Buffer.from(JSON.stringify(value)).toString('base64')} -->`;
  for (const change of [
    { version: 2 },
    { environment: '../x' },
    { commit: 'main' },
    { plan: 'b' },
    { ref: '$(id)' },
    { action: 'destroy' },
  ])
    expect(requestIn(hide({ ...REQUEST, ...change }))).toBeNull();
  expect(requestIn('<!-- glidepath:request !!! -->')).toBeNull();
  expect(requestIn('nothing')).toBeNull();
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(requestIn(hide(value)) === null || typeof value === 'object').toBe(true);
    }),
  );
});
