import type { Clock } from '../../../util/clock.ts';
import type { CheckSpec } from '../../machines/check-probe.ts';
import { HealthChecks } from '../../machines/health-checks.ts';
import type { CheckState } from '../../machines/health-checks.ts';
import { acceptsConnections, holdsConnections } from '../../machines/loopback-port.ts';
import type { MachineProcess } from '../../machines/machine-process.ts';
import type { LaunchSpec } from './launch-spec.ts';

/** How often a port is tried until it answers: part of the time a request waits for a machine to wake. */
const PORT_PROBE_EVERY_MS = 20;
/** After this long a machine that still does not listen is tried rarely. */
const PORT_PROBE_EAGER_MS = 60_000;
const PORT_PROBE_LATER_MS = 500;
const PORT_PROBE_TIMEOUT_MS = 1000;
/**
 * From the instant at which the edge sends nothing new until the process is asked to end: what was sent a moment before
 * has reached it by then. One that closes its connections at the signal would throw away what it has not read yet.
 */
const LEAVE_ROTATION_MS = 30;

type PortProbe = (port: number, timeoutMs: number) => Promise<boolean>;

/** What a machine has in memory only: its process, its checks and the operation under way. */
export class LiveMachine {
  process: MachineProcess | null = null;
  /** The process whose end somebody has asked for and waits for. */
  stopping: MachineProcess | null = null;
  /** What the process was started with; a restart after a crash uses the same, staged secrets stay staged. */
  launch: LaunchSpec | null = null;
  /** Its process stands still. */
  isSuspended = false;
  /** A fault makes every check of this process fail. */
  isUnhealthy = false;
  isListening = false;
  /** Since when this service looks after the process, milliseconds since the Unix epoch: its checks know nothing older. */
  watchedSince = 0;
  #checks: HealthChecks | null = null;
  #watch: AbortController | null = null;
  #operation = new AbortController();
  readonly #clock: Clock;
  readonly #onChange: () => void;

  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Begins an operation; the one before, if it still runs, is called off. */
  beginOperation(): AbortSignal {
    this.#operation.abort();
    this.#operation = new AbortController();
    return this.#operation.signal;
  }

  cancelOperation(): void {
    this.#operation.abort();
  }

  /** Starts looking after the process: its checks and, for a machine with services, its port. */
  watch(options: {
    port: number;
    checks: readonly CheckSpec[];
    hasServices: boolean;
    isContainer: boolean;
    /** Null: whoever accepts connections at the port takes requests. */
    isListening: ((port: number) => Promise<boolean>) | null;
    isUnhealthy: () => boolean;
  }): void {
    this.unwatch();
    const { port, checks, isUnhealthy, isContainer } = options;
    this.watchedSince = this.#clock.now();
    const onChange = this.#onChange;
    this.#checks = new HealthChecks(checks, { clock: this.#clock, port, isContainer, onChange, isUnhealthy });
    if (!options.hasServices) return;
    this.#watch = new AbortController();
    // Rejects only by unwatch().
    const isListening = options.isListening ?? (isContainer ? holdsConnections : acceptsConnections);
    this.#watchPort(port, isListening, this.#watch.signal).catch(() => undefined);
  }

  unwatch(): void {
    this.#checks?.stop();
    this.#watch?.abort();
    this.#checks = null;
    this.#watch = null;
    this.isListening = false;
  }

  /** Looks after the process no more; where requests may be on their way to it, waits until they have arrived. */
  async leaveRotation({ isInUse }: { readonly isInUse: boolean }): Promise<void> {
    const mayBeAsked = isInUse && this.isReady();
    this.unwatch();
    if (mayBeAsked) await this.#clock.sleep(LEAVE_ROTATION_MS);
  }

  checks(): CheckState[] {
    return this.#checks?.states() ?? [];
  }

  /** Whether new requests may go to the process. */
  isReady(): boolean {
    return this.isListening && (this.#checks?.isReady() ?? true);
  }

  async #watchPort(port: number, isListening: PortProbe, signal: AbortSignal): Promise<void> {
    const startedAt = this.#clock.now();
    while (!(await isListening(port, PORT_PROBE_TIMEOUT_MS))) {
      const isEager = this.#clock.now() - startedAt < PORT_PROBE_EAGER_MS;
      await this.#clock.sleep(isEager ? PORT_PROBE_EVERY_MS : PORT_PROBE_LATER_MS, signal);
    }
    if (signal.aborted) return;
    this.isListening = true;
    this.#checks?.kick();
    this.#onChange();
  }
}
