import { expect, test } from 'vitest';
import { checkRedirect } from './check-redirect.ts';
import type { Machine } from './client/wire-types.ts';

const machine = (output: string, more: { status?: string; updated_at?: string } = {}): Machine =>
  ({
    id: 'm1',
    state: 'started',
    region: 'iad',
    instance_id: 'i1',
    config: { image: 'i' },
    checks: [{ name: 'http', status: 'critical', output, ...more }],
  }) as Machine;

const answer = (status: string, body: string): string =>
  `HTTP GET http://172.19.2.2:8080/health: ${status} Output: ${JSON.stringify(body)}`;

test.each([
  [answer('302 Found', 'Found. Redirecting to /login'), { status: 302, target: '/login' }],
  [
    answer('301 Moved Permanently', '<body>You are being <a href="https://a.example/">redirected</a>.'),
    { status: 301, target: 'https://a.example/' },
  ],
  [
    answer('307 Temporary Redirect', '/signin?next=%2Fhealth'),
    { status: 307, target: '/signin?next=%2Fhealth' },
  ],
  [answer('308 Permanent Redirect', ''), { status: 308, target: null }],
  [answer('200 OK', 'see 302 Found'), null],
  [answer('503 Service Unavailable', ''), null],
  ['connect: connection refused by 127.0.0.1:8080', null],
])('%s', (output, expected) => {
  expect(checkRedirect(machine(output), null)).toEqual(expected);
});

test('what the version before was answered is not news, nor what a starting app is answered', () => {
  const output = answer('302 Found', '');
  const before = machine(output, { updated_at: '2026-01-01T00:00:00Z' });
  expect(checkRedirect(before, before)).toBeNull();
  expect(checkRedirect(machine(output, { updated_at: '2026-01-01T00:00:01Z' }), before)).not.toBeNull();
  expect(checkRedirect(machine(output, { status: 'warning' }), null)).toBeNull();
});
