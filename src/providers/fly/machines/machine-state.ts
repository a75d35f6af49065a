import { checkCount } from './machine-config.ts';
import type { CheckStatus, Machine, MachineEvent } from '../client/wire-types.ts';

/** Whether a machine sleeps: stopped or suspended, to be woken by a request. */
export function isAsleep(machine: { readonly state: string }): boolean {
  return machine.state === 'stopped' || machine.state === 'suspended';
}

/** Whether a machine is on its way to another state and should not be touched meanwhile. */
export function isTransient(machine: Machine): boolean {
  return TRANSIENT.has(machine.state);
}

const TRANSIENT: ReadonlySet<string> = new Set([
  'creating',
  'starting',
  'stopping',
  'restarting',
  'suspending',
  'updating',
  'replacing',
]);

/** Whether a machine can never run again. */
export function isGone(machine: Machine): boolean {
  return machine.state === 'destroyed' || machine.state === 'destroying' || machine.state === 'launch_failed';
}

/** Whether the platform can reach its host. While it cannot, the machine serves nobody and cannot be changed. */
export function isReachable(machine: Machine): boolean {
  return machine.host_status !== 'unreachable';
}

/** Null when it has no checks. What its checks said before its host was lost counts for nothing. */
export function isHealthy(machine: Machine): boolean | null {
  if (!isReachable(machine)) return false;
  const checks = machine.checks ?? [];
  if (checks.length === 0) return checkCount(machine.config) === 0 ? null : false;
  return checks.every((check) => check.status === 'passing');
}

/** The digest of the image it runs: as the platform says, or as its config names it. */
export function digestOf(machine: Machine): string | null {
  return machine.image_ref?.digest ?? digestIn(machine.config.image);
}

/** The digest in an image reference, or null. */
export function digestIn(reference: string): string | null {
  return /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1] ?? null;
}

/** `repository@sha256:…` of what a machine runs: as its config names it, or as the platform resolved a tag. Null when not known by digest. */
export function imageOf(machine: Machine): string | null {
  if (digestIn(machine.config.image) !== null) return machine.config.image;
  const { digest, registry, repository } = machine.image_ref ?? {};
  if (digest === undefined || repository === undefined) return null;
  return `${registry === undefined ? '' : `${registry}/`}${repository}@${digest}`;
}

/** The time at which it was last started, in epoch milliseconds, while it runs. */
export function startedAtOf(machine: Machine): number | null {
  if (machine.state !== 'started') return null;
  const start = (machine.events ?? []).find((event) => event.type === 'start' || event.type === 'launch');
  return start?.timestamp ?? null;
}

/** Names an event, to tell it from later ones. */
export function eventId(event: MachineEvent): string {
  return event.id ?? `${event.type}@${event.timestamp}`;
}

/** How a process ended. */
export interface MachineExit {
  readonly code: number | null;
  readonly isOutOfMemory: boolean;
  readonly restarts: number;
}

/**
 * The newest exit of the present version that nobody asked for, among events not known before; null when there is none.
 * What lies before the newest `update` or `launch` was the version before: one that crashes over and over may well do
 * so once more between being read and being replaced.
 */
export function unexpectedExit(machine: Machine, known: ReadonlySet<string>): MachineExit | null {
  for (const event of machine.events ?? []) {
    if (known.has(eventId(event)) || event.type === 'update' || event.type === 'launch') return null;
    const exit = event.type === 'exit' ? event.request?.exit_event : undefined;
    if (exit === undefined || exit.requested_stop === true) continue;
    return {
      // Codes are never negative: so an end is told that nobody saw.
      code: exit.exit_code === undefined || exit.exit_code < 0 ? null : exit.exit_code,
      isOutOfMemory: exit.oom_killed === true,
      restarts: event.request?.restart_count ?? 0,
    };
  }
  return null;
}

/** The check whose output says most about a failure. */
export function failingCheck(machine: Machine): CheckStatus | null {
  const checks = machine.checks ?? [];
  return (
    checks.find((check) => check.status === 'critical') ??
    checks.find((check) => check.status === 'warning') ??
    null
  );
}
