import type { FlyContext } from '../fly-context.ts';
import { checkRedirect } from '../check-redirect.ts';
import {
  brokenStateError,
  exitedError,
  hostUnreachableError,
  notConvergedError,
  redirectError,
  unhealthyError,
} from '../client/deploy-errors.ts';
import { checkCount, checksOf } from './machine-config.ts';
import { eventId, isAsleep, isReachable, isTransient, startedAtOf, unexpectedExit } from './machine-state.ts';
import type { MachineRef } from '../client/machines-api.ts';
import type { Machine } from '../client/wire-types.ts';
import { joinSimilarLines } from '../../../util/join-similar-lines.ts';
import { keepLines } from '../../../util/kept-lines.ts';

/** What to expect of a machine that was just given a config. */
export interface WatchedMachine {
  readonly ref: MachineRef;
  /** The version it must still have when it is healthy. */
  readonly instanceId: string;
  /** The machine as it was before the change: its events and check results are not news. Null for a new machine. */
  readonly before: Machine | null;
  readonly withinMs: number;
  /** Nobody waits for this machine in particular: a look may be so late, and be shared with others. */
  readonly patienceMs?: number | undefined;
  /**
   * Whether the proxy may put it to sleep meanwhile, as it does with one that nobody asks for anything: then it is
   * started again, for it was not seen to be well. Whoever looks may have been held up, and a laptop closed.
   */
  readonly maySleep?: boolean;
  readonly signal: AbortSignal;
}

/** Lines that are looked at to explain a failure: a crash prints more than a screen, and health checks repeat themselves. */
const OUTPUT_LINES = 100;

/**
 * Waits until a machine runs the expected version and every check passes (without checks: until it has kept running for
 * `settleMs`).
 *
 * Looks at events instead of the API's `wait`, which sits out its whole time-out when the process has already exited:
 * an exit that nobody asked for ends it at once with DEPLOY_EXITED. DEPLOY_UNHEALTHY at the deadline, and at once when a
 * check is answered with a redirect,
 * DEPLOY_NOT_CONVERGED when the platform put another version in place.
 */
export async function watchUntilHealthy(fly: FlyContext, watched: WatchedMachine): Promise<Machine> {
  const { ref, signal } = watched;
  const startedAt = fly.clock.now();
  const known = new Set((watched.before?.events ?? []).map(eventId));
  const output = (machine: Machine): Promise<string[]> =>
    lastLines(fly, ref, firstStartAfter(machine, known) ?? startedAt - LOG_SLACK_MS);
  let runningSince: number | null = null;
  for (;;) {
    const machine = await fly.watched.read(ref, signal, watched.patienceMs);
    if (isOutdated(watched, machine, fly.clock.now() - startedAt)) {
      await fly.clock.sleep(fly.timing.pollMs, signal);
      continue;
    }
    if (machine.instance_id !== watched.instanceId) {
      const what = `is at version ${machine.instance_id} and not at ${watched.instanceId}, which was sent`;
      throw notConvergedError(ref, what);
    }
    const exit = unexpectedExit(machine, known);
    if (exit !== null) throw exitedError(ref, exit, await output(machine));
    if (BROKEN.has(machine.state)) throw brokenStateError(ref, machine, await output(machine));
    const redirect = checkRedirect(machine, watched.before);
    if (redirect !== null) throw redirectError(ref, machine, redirect);
    if (watched.maySleep === true && isAsleep(machine)) await fly.machines.start(ref, { signal });
    const now = fly.clock.now();
    runningSince = machine.state === 'started' ? (runningSince ?? beginning(machine, startedAt, now)) : null;
    if (runningSince !== null && isProven(fly, watched, machine, now - runningSince)) return machine;
    if (now - startedAt >= watched.withinMs) {
      if (!isReachable(machine)) throw hostUnreachableError(ref, machine);
      throw unhealthyError(ref, machine, watched.withinMs, await output(machine));
    }
    const settledInMs = runningSince === null ? null : runningSince + fly.timing.settleMs - now;
    await fly.clock.sleep(pauseMs(fly, machine, now - startedAt, settledInMs), signal);
  }
}

/** What has taken long is looked at less often: so that it is seen at most a twentieth of its time too late. */
function pauseMs(fly: FlyContext, machine: Machine, elapsedMs: number, settledInMs: number | null): number {
  // Without checks nothing is to be seen before it has run long enough.
  if (settledInMs !== null && checkCount(machine.config) === 0) return Math.max(1, settledInMs);
  const isSoon = elapsedMs < OFTEN_MS;
  return isSoon ? fly.timing.pollMs : Math.min(PAUSE_MS_MAX, Math.max(PAUSE_MS_MIN, elapsedMs / 20));
}

/** For so long the burst of the rate limit lets a machine be looked at often. */
const OFTEN_MS = 2_000;
/** Later slower than the limit, so that whoever has to put the machine back need not wait to look at it. */
const PAUSE_MS_MIN = 250;
const PAUSE_MS_MAX = 1_000;

/**
 * When it began to run: by the platform's clock, as far as that agrees with ours. One that is seen only now and then is
 * not to run the longer for it.
 */
function beginning(machine: Machine, watchedSince: number, now: number): number {
  return Math.min(now, Math.max(watchedSince, startedAtOf(machine) ?? now));
}

/** The platform may answer from a copy that has not heard of the change yet; it does within a moment. */
const OUTDATED_MS_MAX = 3_000;

function isOutdated({ before, instanceId }: WatchedMachine, machine: Machine, elapsedMs: number): boolean {
  const isOld =
    before !== null && machine.instance_id === before.instance_id && machine.instance_id !== instanceId;
  return isOld && elapsedMs < OUTDATED_MS_MAX;
}

const BROKEN: ReadonlySet<string> = new Set(['failed', 'launch_failed', 'destroyed', 'destroying']);

function isProven(fly: FlyContext, watched: WatchedMachine, machine: Machine, runningForMs: number): boolean {
  // Its host may be back in a moment; until then its checks are what they were.
  if (!isReachable(machine)) return false;
  const expected = checkCount(machine.config);
  if (expected === 0) return runningForMs >= fly.timing.settleMs;
  const checks = machine.checks ?? [];
  if (checks.length < expected || checks.some((check) => check.status !== 'passing')) return false;
  // A result from before the change says nothing; after one full round of every check there is no such result left.
  const old = new Map((watched.before?.checks ?? []).map((check) => [check.name, check.updated_at]));
  const isNews = checks.every(
    (check) => check.updated_at === undefined || check.updated_at !== old.get(check.name),
  );
  return isNews || runningForMs >= longestRoundMs(machine);
}

/** How long one round of the slowest check takes: its interval, and as much again for its answer. */
function longestRoundMs(machine: Machine): number {
  return Math.max(...checksOf(machine.config).map((check) => 2 * durationMs(check.interval)));
}

/** A Go duration string or nanoseconds, in milliseconds; the API takes both. What cannot be read counts as Fly's 15 s. */
function durationMs(value: string | number | undefined): number {
  if (typeof value === 'number') return value / 1e6;
  const parts = [...(value ?? '').matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0) return 15_000;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ''] ?? 0), 0);
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Waits until a machine stays in a state by itself. Gives up quietly after `transientMs`: the next call will say why. */
export async function settledMachine(
  fly: FlyContext,
  ref: MachineRef,
  signal: AbortSignal,
): Promise<Machine> {
  const deadline = fly.clock.now() + fly.timing.transientMs;
  for (;;) {
    const machine = await fly.watched.read(ref, signal);
    if (!isTransient(machine) || fly.clock.now() >= deadline) return machine;
    await fly.clock.sleep(fly.timing.pollMs, signal);
  }
}

/**
 * When the version that is watched first started, by the platform's clock, which its logs carry too: what the version
 * before it printed explains nothing. Null where the platform tells of no start.
 */
function firstStartAfter(machine: Machine, known: ReadonlySet<string>): number | null {
  const fresh = (machine.events ?? []).filter(
    (event) => event.type === 'start' && !known.has(eventId(event)),
  );
  return fresh.length === 0 ? null : Math.min(...fresh.map((event) => event.timestamp));
}

/** What a machine printed last. */
async function lastLines(fly: FlyContext, ref: MachineRef, since: number): Promise<string[]> {
  const lines = await fly.logsOf(ref.app, ref.id, { limit: OUTPUT_LINES, since });
  return keepLines(joinSimilarLines(lines.slice(-OUTPUT_LINES).map((line) => line.message)));
}

/** The platform's clock and ours may differ a little. */
const LOG_SLACK_MS = 2_000;
