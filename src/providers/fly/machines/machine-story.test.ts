import { describe, expect, test } from 'vitest';
import { restOf, wakeOf } from './machine-story.ts';
import { observedMachine } from './observed-machine.ts';
import type { Machine, MachineEvent } from '../client/wire-types.ts';

/** Events as they happened, the oldest first: `start/starting/proxy`. Each a second after the one before. */
function machineWith(state: string, ...written: string[]): Machine {
  const events = written.map((text, index): MachineEvent => {
    const [type = '', status = '', source = '', exit] = text.split('/');
    const exitEvent = { requested_stop: exit === 'asked', exit_code: exit === 'crash' ? 3 : 0 };
    return {
      type,
      status,
      source,
      timestamp: (index + 1) * 1000,
      ...(type === 'exit' ? { request: { exit_event: exitEvent } } : {}),
    };
  });
  return {
    id: 'm1',
    state,
    region: 'iad',
    instance_id: 'v1',
    config: { image: 'app' },
    events: events.toReversed(),
  };
}

const STARTED = ['launch/created/user', 'start/starting/user', 'start/started/flyd'];

describe('why a machine does not run', () => {
  test.each([
    ['that the proxy stopped', 'stopped', ['stop/stopping/proxy', 'exit/stopped/flyd/asked'], 'proxy', 0],
    ['that somebody stopped', 'stopped', ['stop/stopping/user', 'exit/stopped/flyd/asked'], 'hand', 0],
    ['that ended by itself', 'stopped', ['exit/stopped/flyd'], 'itself', 0],
    ['that crashed', 'stopped', ['exit/stopped/flyd/crash'], 'itself', 3],
  ])('is known of one %s', (_, state, since, by, exitCode) => {
    const at = (STARTED.length + since.length) * 1000;
    expect(restOf(machineWith(state, ...STARTED, ...since))).toEqual({ at, by, exitCode });
  });

  test('is known of one that the proxy suspended', () => {
    const machine = machineWith(
      'suspended',
      ...STARTED,
      'suspend/suspending/proxy',
      'suspend/suspended/flyd',
    );
    expect(restOf(machine)).toEqual({ at: 5000, by: 'proxy', exitCode: null });
  });

  test('is not told of one that runs, or that was given another version in its sleep', () => {
    expect(restOf(machineWith('started', ...STARTED))).toBeNull();
    const updated = ['stop/stopping/proxy', 'exit/stopped/flyd/asked', 'update/replacing/user'];
    expect(restOf(machineWith('stopped', ...STARTED, ...updated))).toBeNull();
    expect(restOf(machineWith('stopped'))).toBeNull();
  });
});

describe('the wake of a machine', () => {
  const slept = ['stop/stopping/proxy', 'exit/stopped/flyd/asked'];

  test('lies between the asking of the proxy and the start', () => {
    const machine = machineWith(
      'started',
      ...STARTED,
      ...slept,
      'start/starting/proxy',
      'start/started/flyd',
    );
    expect(wakeOf(machine)).toEqual({ at: 7000, bootMs: 1000 });
  });

  test('is none when something else started it', () => {
    expect(wakeOf(machineWith('started', ...STARTED))).toBeNull();
    const byHand = [...slept, 'start/starting/user', 'start/started/flyd'];
    expect(wakeOf(machineWith('started', ...STARTED, ...byHand))).toBeNull();
    expect(wakeOf(machineWith('stopped', ...STARTED, ...slept))).toBeNull();
  });
});

test.each([
  ['stop', 'when-idle'],
  [true, 'when-idle'],
  ['off', 'never'],
  [false, 'never'],
  ['suspend', 'suspend'],
])('autostop %s is observed as %s', (autostop, sleep) => {
  const service = { protocol: 'tcp', internal_port: 80, autostop, autostart: true } as const;
  const machine = { ...machineWith('started'), config: { image: 'app', services: [service] } };
  expect(observedMachine(machine)).toMatchObject({ sleep, wakesOnRequest: true });
  expect(observedMachine({ ...machine, cordoned: true }).wakesOnRequest).toBe(false);
  expect(observedMachine(machineWith('started'))).toMatchObject({ sleep: null, wakesOnRequest: false });
});
