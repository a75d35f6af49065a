import type { Clock } from '../../util/clock.ts';
import { AppCounters } from './app-metrics.ts';
import type { AppMetrics } from './app-metrics.ts';
import { Backend } from './backend.ts';
import type { EdgeApp, EdgeDirectory } from './directory.ts';
import type { EdgeLimits } from './edge-limits.ts';
import { decideWithoutBackend, machineToWake, pickBackend } from './route-decision.ts';
import type { RouteDecision, RouteInput } from './route-decision.ts';

/**
 * While requests wait, the directory is read again this often: a change that nobody announced, a deadline that
 * passed. Announced changes are acted on at once.
 */
const WAIT_LOOK_MS = 25;
/** A machine that refused a connection is avoided this long, unless no other is left. */
const SUSPECT_MS = 1_000;
/** A waiting request that failed on every machine tries them all again after this. */
const TRY_AGAIN_MS = 50;
/** A machine that could not be started is not tried again for this long. */
const WAKE_AGAIN_MS = 2_000;

/** Why a request got no machine; `text` is what the client reads. */
export class NoBackendError extends Error {
  override readonly name: string = 'NoBackendError';
}

interface Waiter {
  tried: Set<string> | null;
  readonly since: number;
  triedSince: number;
  readonly resolve: (backend: Backend) => void;
  readonly reject: (error: Error) => void;
  readonly signal: AbortSignal;
}

interface Waking {
  readonly id: string;
  /** By the monotonic clock, milliseconds. */
  readonly began: number;
  /** Given up at this instant. */
  readonly until: number;
  /** Its process runs and its port answers; what may be missing is a passing check. */
  isUp: boolean;
}

interface TrafficDeps {
  readonly name: string;
  readonly directory: EdgeDirectory;
  readonly clock: Clock;
  readonly limits: EdgeLimits;
  /** Counts to go on from. */
  readonly counters?: AppCounters | undefined;
}

/** Everything the edge holds about one app: its machines with their load, who waits, and which machine is being woken. */
export class AppTraffic {
  readonly name: string;
  readonly counters: AppCounters;
  app: EdgeApp | null = null;
  readonly #deps: TrafficDeps;
  readonly #byId = new Map<string, Backend>();
  #backends: readonly Backend[] = [];
  readonly #waiters: Waiter[] = [];
  #isWatching = false;
  #turn = 0;
  #waking: Waking | null = null;
  readonly #wakeFailures = new Map<string, { readonly at: number; readonly why: string }>();

  constructor(deps: TrafficDeps) {
    this.name = deps.name;
    this.counters = deps.counters ?? new AppCounters();
    this.#deps = deps;
    this.refresh();
  }

  /** The machines now, in the directory's order. */
  get backends(): readonly Backend[] {
    return this.#backends;
  }

  /** A machine for one more request, or null when it would have to wait. Counts as load until {@link release}. */
  tryAcquire(): Backend | null {
    if (this.app === null || this.#waiters.length > 0) return null;
    return this.#take(this.app, null);
  }

  /** A machine for one more request, waiting as long as the limits allow. Rejects with {@link NoBackendError}. */
  async acquire(tried: Set<string> | null, signal: AbortSignal): Promise<Backend> {
    this.refresh();
    if (this.#waiters.length >= this.#deps.limits.waitingMax) {
      throw new NoBackendError(`${this.name}: ${this.#waiters.length} requests are waiting already`);
    }
    const now = this.#deps.clock.now();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ tried, since: now, triedSince: now, resolve, reject, signal });
      this.#pump();
      if (this.#waiters.length > 0) void this.#watchWaiters();
    });
  }

  /** Gives back what {@link tryAcquire} or {@link acquire} took. */
  release(backend: Backend): void {
    backend.load -= 1;
    if (backend.load === 0) backend.idleSince = this.#deps.clock.now();
    if (this.#waiters.length > 0) this.#pump();
  }

  /** Prefers other machines for a moment: this one refused or cut a connection. */
  suspect(backend: Backend): void {
    backend.suspectUntil = this.#deps.clock.now() + SUSPECT_MS;
  }

  /** Reads the app from the directory, drains machines that left, and serves whoever can now be served. */
  refresh(): void {
    this.app = this.#deps.directory.app(this.name);
    const now = this.#deps.clock.now();
    const machines = this.app?.machines ?? [];
    this.#backends = machines.map((machine) => {
      const known = this.#byId.get(machine.id);
      known?.update(machine, now);
      const backend = known ?? new Backend(machine, now);
      this.#byId.set(machine.id, backend);
      return backend;
    });
    if (this.#byId.size > machines.length) {
      const left = new Set(machines.map((machine) => machine.id));
      for (const [id, backend] of this.#byId) {
        if (left.has(id)) continue;
        backend.drain();
        this.#byId.delete(id);
      }
    }
    this.#noteWoken();
    if (this.#waiters.length > 0) this.#pump();
  }

  /** Figures for `metrics`. */
  metrics(): AppMetrics {
    const load = Object.fromEntries(this.#backends.map((each) => [each.machine.id, each.load]));
    return this.counters.read(this.name, load, this.#waiters.length);
  }

  /** Sends everyone who waits away; closes idle connections. */
  close(): void {
    for (const waiter of this.#waiters.splice(0))
      waiter.reject(new NoBackendError('the edge is shutting down'));
    for (const backend of this.#byId.values()) backend.drain();
  }

  #take(app: EdgeApp, tried: ReadonlySet<string> | null): Backend | null {
    const input = this.#input(app, tried);
    const backend = pickBackend(input);
    if (backend === null) return null;
    this.#turn = (this.#turn + 1) % 1_000_000;
    // Everyone is at the soft limit when the least loaded is: one more machine is woken, nobody waits for it.
    if (backend.load >= app.concurrency.softLimit) this.#wakeAnother(app);
    backend.load += 1;
    return backend;
  }

  #input(app: EdgeApp, tried: ReadonlySet<string> | null): RouteInput {
    return { app, backends: this.#backends, tried, now: this.#deps.clock.now(), turn: this.#turn };
  }

  /** First come, first served; a request that may go nowhere yet does not hold up one that may. */
  #pump(): void {
    for (let index = 0; index < this.#waiters.length;) {
      const waiter = this.#waiters[index];
      if (waiter === undefined) return;
      if (this.#settle(waiter)) {
        const at = this.#waiters.indexOf(waiter);
        if (at >= 0) this.#waiters.splice(at, 1);
      } else {
        index += 1;
      }
    }
  }

  /** Whether the waiter is done: served, refused, out of time or gone. */
  #settle(waiter: Waiter): boolean {
    if (waiter.signal.aborted) {
      waiter.reject(new NoBackendError('the client went away'));
      return true;
    }
    if (this.app === null) {
      waiter.reject(new NoBackendError(`${this.name} does not exist any more`));
      return true;
    }
    const backend = this.#take(this.app, waiter.tried);
    if (backend !== null) {
      waiter.resolve(backend);
      return true;
    }
    const failed = this.#recentWakeFailures();
    const waking = this.#waking !== null;
    const decision = decideWithoutBackend(this.#input(this.app, waiter.tried), { waking, failed });
    return this.#obey(decision, waiter);
  }

  #obey(decision: RouteDecision, waiter: Waiter): boolean {
    if (decision.kind === 'wake') {
      void this.#wake(decision.machineId);
      return false;
    }
    if (decision.kind === 'refuse') {
      waiter.reject(new NoBackendError(decision.text));
      return true;
    }
    const now = this.#deps.clock.now();
    if (decision.why === 'tried' && now - waiter.triedSince >= TRY_AGAIN_MS) {
      waiter.tried = null;
      waiter.triedSince = now;
    }
    const limit = this.#waitLimitMs(decision.why);
    if (now - waiter.since < limit) return false;
    waiter.reject(new NoBackendError(`${decision.text}; gave up after ${limit} ms`));
    return true;
  }

  #waitLimitMs(why: 'full' | 'tried' | 'waking' | 'settling'): number {
    const { queueMs, retryMs, wakeMs, settleMs } = this.#deps.limits;
    return { full: queueMs, tried: retryMs, waking: wakeMs, settling: settleMs }[why];
  }

  async #watchWaiters(): Promise<void> {
    if (this.#isWatching) return;
    this.#isWatching = true;
    while (this.#waiters.length > 0) {
      await this.#deps.clock.sleep(WAIT_LOOK_MS);
      this.refresh();
    }
    this.#isWatching = false;
  }

  #wakeAnother(app: EdgeApp): void {
    if (!app.autostart || this.#waking !== null) return;
    const next = machineToWake(app, this.#backends, this.#recentWakeFailures());
    if (next !== null) void this.#wake(next);
  }

  #recentWakeFailures(): ReadonlyMap<string, string> {
    const now = this.#deps.clock.now();
    const recent = new Map<string, string>();
    for (const [id, failure] of this.#wakeFailures) {
      if (now - failure.at < WAKE_AGAIN_MS) recent.set(id, failure.why);
      else this.#wakeFailures.delete(id);
    }
    return recent;
  }

  /** Starts one machine; at most one of the app at a time, however many requests ask. */
  async #wake(id: string): Promise<void> {
    const until = this.#deps.clock.now() + this.#deps.limits.wakeMs;
    const waking: Waking = { id, began: performance.now(), until, isUp: false };
    this.#waking = waking;
    try {
      await this.#deps.directory.startMachine(this.name, id);
      waking.isUp = true;
    } catch (error) {
      if (this.#waking === waking)
        this.#wakeFailed(id, error instanceof Error ? error.message : String(error));
    }
    this.refresh();
  }

  #wakeFailed(id: string, why: string): void {
    this.#waking = null;
    this.counters.coldStartsFailed += 1;
    this.#wakeFailures.set(id, { at: this.#deps.clock.now(), why });
  }

  /** Ends the wake once its machine takes requests, or stopped again, or took too long. */
  #noteWoken(): void {
    const waking = this.#waking;
    if (waking === null) return;
    const backend = this.#byId.get(waking.id);
    if (backend?.open === true) {
      this.#waking = null;
      this.counters.coldStarted(performance.now() - waking.began, waking.id, this.#deps.clock.now());
    } else if (waking.isUp && (backend === undefined || backend.machine.wakeable)) {
      this.#wakeFailed(waking.id, 'it exited right after its start');
    } else if (this.#deps.clock.now() >= waking.until) {
      this.#wakeFailed(waking.id, waking.isUp ? 'it runs, but no health check passed' : 'it took too long');
    }
  }
}
