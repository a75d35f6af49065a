import type { Backend } from './backend.ts';
import type { EdgeApp, EdgeMachine } from './directory.ts';

/**
 * A machine that started this long ago may still be passing its first health check; requests wait for it that long
 * before "all unhealthy" is the answer.
 */
const FIRST_CHECK_MS = 10_000;

/** What a decision depends on besides the app and its machines. */
export interface RouteInput {
  readonly app: EdgeApp;
  readonly backends: readonly Backend[];
  /** Machines this request already failed on. */
  readonly tried: ReadonlySet<string> | null;
  readonly now: number;
  /** Where to begin looking, so that equally loaded machines take turns. */
  readonly turn: number;
}

/** What is known about starting machines of the app. */
export interface WakeState {
  readonly waking: boolean;
  /** By machine id: why it could not be started, for those that failed a moment ago. */
  readonly failed: ReadonlyMap<string, string>;
}

/** What to do with a request for which no machine is free right now. */
export type RouteDecision =
  | { readonly kind: 'wait'; readonly why: 'full' | 'tried' | 'waking' | 'settling'; readonly text: string }
  | { readonly kind: 'wake'; readonly machineId: string }
  | { readonly kind: 'refuse'; readonly text: string };

/**
 * The least loaded machine that may take one more request, or null. All machines of an app share one soft limit, so
 * "least loaded under the soft limit, else least loaded" is one rule; the hard limit excludes. A machine that just
 * refused a connection is used only when no other is left.
 */
export function pickBackend(input: RouteInput): Backend | null {
  const { backends, tried, now, turn } = input;
  const hardLimit = input.app.concurrency.hardLimit ?? Infinity;
  let best: Backend | null = null;
  let bestRank = Infinity;
  for (let offset = 0; offset < backends.length; offset += 1) {
    const each = backends[(turn + offset) % backends.length];
    if (each === undefined || !each.open || each.load >= hardLimit) continue;
    if (tried !== null && tried.has(each.machine.id)) continue;
    const rank = each.suspectUntil > now ? each.load + 1e9 : each.load;
    if (rank < bestRank) {
      best = each;
      bestRank = rank;
    }
  }
  return best;
}

/** What to do when {@link pickBackend} found none. */
export function decideWithoutBackend(input: RouteInput, wake: WakeState): RouteDecision {
  const { app, backends, tried } = input;
  const open = backends.filter((each) => each.open);
  if (open.some((each) => tried === null || !tried.has(each.machine.id))) {
    return { kind: 'wait', why: 'full', text: `${app.name}: every machine is at its limit` };
  }
  if (open.length > 0) {
    return { kind: 'wait', why: 'tried', text: `${app.name}: no machine accepts connections` };
  }
  if (wake.waking) return { kind: 'wait', why: 'waking', text: `${app.name}: a machine is being started` };
  const next = app.autostart ? machineToWake(app, backends, wake.failed) : null;
  if (next !== null) return { kind: 'wake', machineId: next };
  const coming = backends.find((each) => isComing(each, input.now));
  if (coming !== undefined) {
    const text = `${app.name}: machine ${coming.machine.id} is ${coming.held ? 'stopping' : coming.machine.state} and not ready`;
    return { kind: 'wait', why: 'settling', text };
  }
  return { kind: 'refuse', text: refusal(app, wake.failed) };
}

/** Which machine to start next: of the primary region first, suspended before stopped (it is back sooner). */
export function machineToWake(
  app: EdgeApp,
  backends: readonly Backend[],
  failed: ReadonlyMap<string, string>,
): string | null {
  const candidates = backends
    .filter((each) => each.machine.wakeable && !each.held && !failed.has(each.machine.id))
    .map((each) => each.machine)
    .toSorted((a, b) => wakeRank(app, a) - wakeRank(app, b) || (a.id < b.id ? -1 : 1));
  return candidates[0]?.id ?? null;
}

function wakeRank(app: EdgeApp, machine: EdgeMachine): number {
  const isNear = app.primaryRegion === null || machine.region === app.primaryRegion;
  return (isNear ? 0 : 2) + (machine.state === 'suspended' ? 0 : 1);
}

function isComing(backend: Backend, now: number): boolean {
  const { state, startedAt } = backend.machine;
  if (backend.held || state === 'starting' || state === 'stopping') return true;
  return state === 'started' && startedAt !== null && now - startedAt < FIRST_CHECK_MS;
}

function refusal(app: EdgeApp, failed: ReadonlyMap<string, string>): string {
  const count = app.machines.length;
  if (count === 0) return `${app.name} has no machines`;
  const [first] = failed;
  if (first !== undefined) return `${app.name}: machine ${first[0]} could not be started: ${first[1]}`;
  const started = app.machines.filter((each) => each.state === 'started').length;
  const asleep = app.machines.filter((each) => each.wakeable).length;
  if (asleep > 0 && started === 0) {
    return `${app.name}: all ${count} machines are stopped and autostart is off`;
  }
  if (started > 0) return `${app.name}: none of its ${started} started machines is healthy and uncordoned`;
  const states = [...new Set(app.machines.map((each) => each.state))].join(', ');
  return `${app.name}: none of its ${count} machines can take requests (${states})`;
}
