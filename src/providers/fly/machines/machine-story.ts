import type { MachineRest, MachineWake } from '../../app-platform.ts';
import { isAsleep } from './machine-state.ts';
import type { Machine, MachineEvent } from '../client/wire-types.ts';

/**
 * Why and since when a machine does not run, as far as its events tell; null while it runs or was never started. The
 * proxy and a person both ask for a stop; what ends by itself has an `exit` that nobody asked for.
 */
export function restOf(machine: Machine): MachineRest | null {
  if (!isAsleep(machine)) return null;
  for (const [index, event] of (machine.events ?? []).entries()) {
    // What lies before the newest version or start is another story.
    if (event.type === 'update' || event.type === 'launch' || event.type === 'start') return null;
    if (event.type === 'suspend' && event.status === 'suspended') {
      return { at: event.timestamp, by: askedBy(machine, index, 'suspend'), exitCode: null };
    }
    if (event.type !== 'exit') continue;
    const exit = event.request?.exit_event;
    const isAskedFor = exit?.requested_stop === true;
    return {
      at: event.timestamp,
      by: isAskedFor ? askedBy(machine, index, 'stop') : 'itself',
      exitCode: exit?.exit_code ?? null,
    };
  }
  return null;
}

/**
 * The last time that the proxy started a machine for a request, while it runs; null when something else started it.
 * `bootMs` lies between the proxy's asking and the platform's word that it runs: no event tells when the app answers.
 */
export function wakeOf(machine: Machine): MachineWake | null {
  if (machine.state !== 'started') return null;
  const events = machine.events ?? [];
  const started = events.findIndex((event) => event.type === 'start' && event.status === 'started');
  const last = events[started];
  if (last === undefined) return null;
  const asked = events
    .slice(started + 1)
    .find((event) => event.type === 'start' && event.status === 'starting');
  if (asked?.source !== 'proxy') return null;
  return { at: last.timestamp, bootMs: Math.max(0, last.timestamp - asked.timestamp) };
}

function askedBy(machine: Machine, index: number, type: string): MachineRest['by'] {
  const request = (machine.events ?? [])
    .slice(index + 1)
    .find((event) => event.type === type && isRequest(event));
  return request?.source === 'proxy' ? 'proxy' : 'hand';
}

/** `stopping`, `suspending`: what is asked for, as opposed to what has come of it. */
function isRequest(event: MachineEvent): boolean {
  return event.status?.endsWith('ing') === true;
}
