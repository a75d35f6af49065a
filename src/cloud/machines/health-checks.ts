import type { Clock } from '../../util/clock.ts';
import { probeCheck } from './check-probe.ts';
import type { CheckSpec } from './check-probe.ts';

/** A check as the API shows it. */
export interface CheckState {
  readonly name: string;
  /** `warning` until the first probe passed or the grace period is over. */
  readonly status: 'passing' | 'warning' | 'critical';
  readonly output: string;
  /** Milliseconds since the Unix epoch. */
  readonly updatedAt: number;
}

/** How often a machine that boots is probed, so that a deployment does not wait out a whole interval. */
const BOOT_PROBE_EVERY_MS = 100;
/** A machine counts as booting at least this long, even without a grace period. */
const BOOT_MS_MIN = 5000;

interface CheckRun {
  readonly spec: CheckSpec;
  state: CheckState;
  hasPassed: boolean;
}

/** Probes the checks of one running process until stopped. */
export class HealthChecks {
  readonly #runs: readonly CheckRun[];
  readonly #options: HealthChecksOptions;
  readonly #stop = new AbortController();
  #kicked = new AbortController();

  constructor(checks: readonly CheckSpec[], options: HealthChecksOptions) {
    this.#options = options;
    const updatedAt = options.clock.now();
    this.#runs = checks.map((spec) => ({
      spec,
      state: { name: spec.name, status: 'warning', output: 'waiting for status update', updatedAt },
      hasPassed: false,
    }));
    // Each rejects only by stop().
    for (const run of this.#runs) this.#probeForever(run).catch(() => undefined);
  }

  states(): CheckState[] {
    return this.#runs.map((run) => run.state);
  }

  /** Whether every check that steers traffic passed once and none is critical. */
  isReady(): boolean {
    return this.#runs.every(
      (run) => run.spec.isInformational || (run.hasPassed && run.state.status !== 'critical'),
    );
  }

  hasAny(): boolean {
    return this.#runs.length > 0;
  }

  /** The process has just begun to listen: probes at once instead of at the next turn. */
  kick(): void {
    this.#kicked.abort();
    this.#kicked = new AbortController();
  }

  stop(): void {
    this.#stop.abort();
  }

  async #probeForever(run: CheckRun): Promise<void> {
    const { clock, port, isUnhealthy, isContainer } = this.#options;
    const { signal } = this.#stop;
    const startedAt = clock.now();
    while (!signal.aborted) {
      const result = isUnhealthy()
        ? { ok: false, output: 'the fault "unhealthy" is switched on' }
        : await probeCheck(run.spec, port, isContainer);
      if (signal.aborted) return;
      const elapsedMs = clock.now() - startedAt;
      this.#record(run, result, !run.hasPassed && elapsedMs < run.spec.graceMs);
      const isBooting = !run.hasPassed && elapsedMs < Math.max(run.spec.graceMs, BOOT_MS_MIN);
      const kicked = this.#kicked.signal;
      const pauseMs = isBooting ? BOOT_PROBE_EVERY_MS : run.spec.intervalMs;
      await clock.sleep(pauseMs, AbortSignal.any([signal, kicked])).catch((error: unknown) => {
        if (!kicked.aborted) throw error;
      });
    }
  }

  #record(run: CheckRun, result: { ok: boolean; output: string }, isInGrace: boolean): void {
    const before = run.state.status;
    const status = result.ok ? 'passing' : isInGrace ? 'warning' : 'critical';
    run.hasPassed ||= result.ok;
    run.state = { name: run.spec.name, status, output: result.output, updatedAt: this.#options.clock.now() };
    if (status !== before) this.#options.onChange();
  }
}

/** What the checks of one process need. */
export interface HealthChecksOptions {
  readonly clock: Clock;
  readonly port: number;
  /** Whether the port is one that a container engine publishes. */
  readonly isContainer: boolean;
  /** Called after a check changed its status. */
  readonly onChange: () => void;
  /** Asked before each probe; a yes fails it. */
  readonly isUnhealthy: () => boolean;
}
