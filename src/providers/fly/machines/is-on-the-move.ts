import type { ResolvedFlyApp } from '../../../config/resolved.ts';
import { startedAtOf } from './machine-state.ts';
import type { Machine } from '../client/wire-types.ts';

/** On the way between sleep and work. */
const MOVING: ReadonlySet<string> = new Set(['starting', 'stopping', 'suspending']);

/**
 * Whether the proxy may be waking a machine or putting it to sleep right now, as it does by itself at any moment where
 * the app may sleep: what is seen of it then says nothing of the release. Pure.
 */
export function isOnTheMove(machine: Machine, app: ResolvedFlyApp): boolean {
  return maySleep(app) && MOVING.has(machine.state);
}

/**
 * Whether the proxy may have woken a machine so short a time ago (`now` in epoch milliseconds) that its checks need not
 * have passed: it has as long for that as a new one. Pure.
 */
export function isJustAwake(machine: Machine, app: ResolvedFlyApp, now: number): boolean {
  const startedAt = startedAtOf(machine);
  return maySleep(app) && startedAt !== null && now - startedAt < (app.health?.withinMs ?? 0);
}

function maySleep({ sleep, port }: ResolvedFlyApp): boolean {
  return sleep !== 'never' && port !== null;
}
