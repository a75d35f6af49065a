import type { ResolvedEnvironment, ResolvedFlyApp } from '../../config/resolved.ts';
import type { AppPlatformReader, MachineWake, ObservedMachine } from '../../providers/app-platform.ts';
import type { Fetch } from '../../util/fetch.ts';

/** How an app, or a public address of the environment, answered. */
export interface AppHealth {
  /** The name of the app; null for an address of `health.urls`. */
  readonly app: string | null;
  /** What was asked; null for an app without a port, whose machines are looked at instead. */
  readonly url: string | null;
  /** Its machines before it was asked. */
  readonly before: { readonly awake: number; readonly asleep: number; readonly other: number } | null;
  readonly answer: Answer | null;
  /**
   * When every machine slept: how much longer the first answer took than the one after it. Measured from here, so that
   * it holds on every platform.
   */
  readonly coldStartMs: number | null;
  /** What the platform says of the wake, where it does. */
  readonly wake: (MachineWake & { readonly machine: string; readonly region: string }) | null;
  readonly isHealthy: boolean;
}

/** What one request came to. */
export interface Answer {
  /** Null when there was no answer. */
  readonly status: number | null;
  readonly ms: number;
  /** Why there was none. */
  readonly error: string | null;
}

/** Fly's proxy waits about a minute for a machine to start; what takes longer is no answer. */
const ANSWER_WITHIN_MS = 65_000;

/** What asking needs of the outside. */
export interface HealthDeps {
  readonly reader: AppPlatformReader;
  readonly fetch: Fetch;
  /** Milliseconds, monotonic. */
  readonly monotonicNow: () => number;
  readonly signal: AbortSignal;
}

/** Asks every app of an environment by its public address, and its public addresses besides. Wakes what sleeps. */
export async function environmentHealth(
  environment: ResolvedEnvironment,
  deps: HealthDeps,
): Promise<AppHealth[]> {
  const found: AppHealth[] = [];
  for (const app of environment.apps) {
    if (app.platform === 'fly') found.push(await appHealth(app, deps));
  }
  for (const url of environment.healthUrls?.urls ?? []) {
    const answer = await ask(url, deps);
    found.push({ ...NOTHING, url, answer, isHealthy: isGood(answer) });
  }
  return found;
}

const NOTHING = {
  app: null,
  url: null,
  before: null,
  answer: null,
  coldStartMs: null,
  wake: null,
  isHealthy: false,
} as const;

async function appHealth(app: ResolvedFlyApp, deps: HealthDeps): Promise<AppHealth> {
  const machines = (await deps.reader.observeApp(app.platformName))?.machines ?? [];
  const before = countsOf(machines);
  const known = { ...NOTHING, app: app.name, before };
  if (machines.length === 0) return known;
  if (app.port === null)
    return { ...known, isHealthy: machines.every((machine) => machine.healthy !== false) };
  const base = await deps.reader.publicUrl(app.platformName);
  const url = new URL(app.health?.path ?? '/', base).href;
  const answer = await ask(url, deps);
  const asked = { ...known, url, answer, isHealthy: isGood(answer) };
  if (before.awake > 0 || before.asleep === 0 || answer.status === null) return asked;
  const warm = await ask(url, deps);
  const after = (await deps.reader.observeApp(app.platformName))?.machines ?? [];
  return { ...asked, coldStartMs: Math.max(0, answer.ms - warm.ms), wake: newestWake(after) };
}

function countsOf(machines: readonly ObservedMachine[]): NonNullable<AppHealth['before']> {
  const awake = machines.filter(({ state, reachable }) => state === 'started' && reachable).length;
  const asleep = machines.filter(({ state }) => state === 'stopped' || state === 'suspended').length;
  return { awake, asleep, other: machines.length - awake - asleep };
}

function newestWake(machines: readonly ObservedMachine[]): AppHealth['wake'] {
  const woken = machines.flatMap(({ id, region, wake }) =>
    wake === null ? [] : [{ ...wake, machine: id, region }],
  );
  return woken.toSorted((a, b) => b.at - a.at)[0] ?? null;
}

async function ask(url: string, deps: HealthDeps): Promise<Answer> {
  const startedAt = deps.monotonicNow();
  const signal = AbortSignal.any([deps.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
  try {
    const response = await deps.fetch(url, { redirect: 'manual', signal });
    const ms = deps.monotonicNow() - startedAt;
    await response.body?.cancel();
    return { status: response.status, ms, error: null };
  } catch (error) {
    if (deps.signal.aborted) throw deps.signal.reason;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const text = cause instanceof Error ? cause.message : String(cause);
    return { status: null, ms: deps.monotonicNow() - startedAt, error: text };
  }
}

function isGood({ status }: Answer): boolean {
  return status !== null && status < 400;
}
