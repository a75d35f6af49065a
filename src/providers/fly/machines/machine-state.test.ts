import { describe, expect, test } from 'vitest';
import { digestIn, imageOf, isHealthy, unexpectedExit } from './machine-state.ts';
import type { Machine, MachineEvent } from '../client/wire-types.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('an exit that nobody asked for', () => {
  const crash = (id: string): MachineEvent => ({
    id,
    type: 'exit',
    timestamp: 1,
    request: { exit_event: { exit_code: 7, requested_stop: false }, restart_count: 2 },
  });
  const stop: MachineEvent = {
    id: 's',
    type: 'exit',
    timestamp: 1,
    request: { exit_event: { exit_code: 0, requested_stop: true } },
  };
  const event = (type: string): MachineEvent => ({ id: type, type, timestamp: 1 });
  const exitOf = (events: MachineEvent[], known: string[] = []) =>
    unexpectedExit(machine({ events }), new Set(known));

  test('is found behind the restart that followed it', () => {
    expect(exitOf([event('start'), crash('c'), event('launch')])).toEqual({
      code: 7,
      isOutOfMemory: false,
      restarts: 2,
    });
  });

  test('has no code where nobody saw the end, which the platform tells as a negative one', () => {
    const unseen = { ...crash('c'), request: { exit_event: { exit_code: -1, requested_stop: false } } };
    expect(exitOf([unseen])?.code).toBeNull();
  });

  test('of the version before an update does not count', () => {
    expect(exitOf([event('start'), stop, event('update'), crash('c')])).toBeNull();
  });

  test('that was known before does not count, nor a stop that was asked for', () => {
    expect(exitOf([crash('c')], ['c'])).toBeNull();
    expect(exitOf([stop])).toBeNull();
    expect(exitOf([crash('new'), crash('old')], ['old'])).not.toBeNull();
  });
});

test('health is unknown without checks, and bad while a configured one has not reported', () => {
  expect(isHealthy(machine({}))).toBeNull();
  const services = [{ protocol: 'tcp', internal_port: 1, checks: [{ type: 'tcp' }] }] as const;
  expect(isHealthy(machine({ config: { image: 'i', services } }))).toBe(false);
  expect(isHealthy(machine({ checks: [{ name: 'c', status: 'passing' }] }))).toBe(true);
  expect(isHealthy(machine({ checks: [{ name: 'c', status: 'warning' }] }))).toBe(false);
});

test('an image is named by digest: as the config has it, or as the platform resolved its tag', () => {
  expect(digestIn(`registry.fly.io/a@${DIGEST}`)).toBe(DIGEST);
  expect(digestIn('registry.fly.io/a:latest')).toBeNull();
  expect(imageOf(machine({ config: { image: `r/a@${DIGEST}` } }))).toBe(`r/a@${DIGEST}`);
  const image_ref = { registry: 'r', repository: 'a', digest: DIGEST };
  expect(imageOf(machine({ config: { image: 'r/a:latest' }, image_ref }))).toBe(`r/a@${DIGEST}`);
  expect(imageOf(machine({ config: { image: 'r/a:latest' } }))).toBeNull();
});

function machine(more: Partial<Machine>): Machine {
  return { id: 'm', state: 'started', region: 'iad', instance_id: 'i', config: { image: 'i' }, ...more };
}
