import { expect, test } from 'vitest';
import { answeredMachine } from './answered-machine.ts';
import { digestOf, isHealthy, isReachable } from './machine-state.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const MACHINE = { id: 'm1', state: 'started', region: 'iad', instance_id: 'v1', events: [] };

test('a machine with its config is as it was answered', () => {
  const answer = { ...MACHINE, host_status: 'ok', config: { image: `shop@${DIGEST}` } };
  expect(answeredMachine(answer)).toEqual(answer);
  expect(isReachable(answeredMachine(answer))).toBe(true);
  // A platform that does not say is believed to reach it.
  expect(isReachable(answeredMachine({ ...MACHINE, config: { image: 'shop' } }))).toBe(true);
});

test('while its host cannot be reached it has what is known of its config, and counts as unhealthy', () => {
  const checks = [{ name: 'servicecheck', status: 'passing' }];
  const known = { image: `shop@${DIGEST}`, metadata: { glidepath_release: 'r-1' } };
  const machine = answeredMachine({
    ...MACHINE,
    checks,
    host_status: 'unreachable',
    incomplete_config: known,
  });
  expect(machine.config).toEqual(known);
  expect(machine).not.toHaveProperty('incomplete_config');
  expect(isReachable(machine)).toBe(false);
  expect(isHealthy(machine)).toBe(false);
  expect(digestOf(machine)).toBe(DIGEST);
});

test.each([
  ['unknown', { host_status: 'unknown' }],
  ['not told', {}],
])('a config that is not whole is never sent back, also where the state of the host is %s', (_, more) => {
  const machine = answeredMachine({ ...MACHINE, ...more, image_ref: { digest: DIGEST } });
  expect(isReachable(machine)).toBe(false);
  expect(machine.config).toEqual({ image: '' });
  expect(digestOf(machine)).toBe(DIGEST);
});
