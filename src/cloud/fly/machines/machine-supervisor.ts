import type { CheckState } from '../../machines/health-checks.ts';
import type { ExitReport, MachineProcess } from '../../machines/machine-process.ts';
import { checkSpecsOf } from './check-specs.ts';
import { exitEvent, restartAfter } from './exit-event.ts';
import { launchSpec } from './launch-spec.ts';
import type { LaunchSpec } from './launch-spec.ts';
import { LiveMachine } from './live-machine.ts';
import { servicesOf, stopOptionsOf } from './machine-config.ts';
import { machineSpec, OUT_OF_MEMORY, readyPort, startedContainer } from './machine-start.ts';
import type { MachineEvent, MachineRecord } from '../records.ts';
import { faultTarget } from './supervisor-deps.ts';
import type { StopOptions, SupervisorDeps } from './supervisor-deps.ts';

type Source = MachineEvent['source'];

/**
 * Carries machines from state to state. Every method sets the transient state at once and resolves when the operation
 * has ended; a newer operation on the same machine calls an older one off. Preconditions are the routes' business.
 */
export class MachineSupervisor {
  readonly #deps: SupervisorDeps;
  readonly #live = new Map<string, LiveMachine>();
  #isReleased = false;

  constructor(deps: SupervisorDeps) {
    this.#deps = deps;
  }

  /** What a machine has in memory. */
  live(machine: MachineRecord): LiveMachine {
    const known = this.#live.get(machine.id);
    if (known !== undefined) return known;
    const live = new LiveMachine(this.#deps.clock, () => this.#deps.state.touch());
    this.#live.set(machine.id, live);
    return live;
  }

  checksOf(machine: MachineRecord): CheckState[] {
    return this.#live.get(machine.id)?.checks() ?? [];
  }

  start(machine: MachineRecord, source: Source = 'user'): Promise<void> {
    machine.restartedAt = [];
    if (machine.state === 'suspended') return this.#resume(machine, source);
    this.#deps.state.transition(machine, 'starting', { type: 'start', status: 'starting', source });
    return this.#operate(machine, (op) => this.#launch(machine, op, null));
  }

  stop(
    machine: MachineRecord,
    options: StopOptions = stopOptionsOf(machine.config),
    source: Source = 'user',
  ): Promise<void> {
    this.#deps.state.transition(machine, 'stopping', { type: 'stop', status: 'stopping', source });
    return this.#operate(machine, async (op) => {
      const report = await this.#end(machine, options);
      op.throwIfAborted();
      this.#settle(machine, report);
    });
  }

  restart(machine: MachineRecord, options: StopOptions = stopOptionsOf(machine.config)): Promise<void> {
    machine.restartedAt = [];
    this.#deps.state.transition(machine, 'restarting', {
      type: 'restart',
      status: 'restarting',
      source: 'user',
    });
    return this.#operate(machine, async (op) => {
      const report = await this.#end(machine, options);
      if (report !== null) this.#deps.state.addEvent(machine, exitEvent(report, { requestedStop: true }));
      op.throwIfAborted();
      await this.#launch(machine, op, null);
    });
  }

  /** Ends what runs, by `options` of the version before, and starts the current version unless told not to. */
  replace(machine: MachineRecord, options: StopOptions): Promise<void> {
    machine.restartedAt = [];
    this.#deps.state.transition(machine, 'replacing', {
      type: 'update',
      status: 'replacing',
      source: 'user',
    });
    return this.#operate(machine, async (op) => {
      const report = await this.#end(machine, options);
      if (report !== null) this.#deps.state.addEvent(machine, exitEvent(report, { requestedStop: true }));
      op.throwIfAborted();
      if (!machine.launchAfterReplace) return this.#deps.state.transition(machine, 'stopped');
      this.#deps.state.transition(machine, 'starting', { type: 'start', status: 'starting', source: 'flyd' });
      await this.#launch(machine, op, null);
    });
  }

  suspend(machine: MachineRecord, source: Source = 'user'): Promise<void> {
    this.#deps.state.transition(machine, 'suspending', { type: 'suspend', status: 'suspending', source });
    return this.#operate(machine, () => {
      const live = this.live(machine);
      live.unwatch();
      live.process?.signal('SIGSTOP');
      live.isSuspended = true;
      this.#deps.state.transition(machine, 'suspended', {
        type: 'suspend',
        status: 'suspended',
        source: 'flyd',
      });
      return Promise.resolve();
    });
  }

  destroy(machine: MachineRecord): Promise<void> {
    this.#deps.state.transition(machine, 'destroying', {
      type: 'destroy',
      status: 'destroying',
      source: 'user',
    });
    return this.#operate(machine, async (op) => {
      const report = await this.#end(machine, { signal: 'SIGKILL', timeoutMs: 0 });
      if (report !== null) this.#deps.state.addEvent(machine, exitEvent(report, { requestedStop: true }));
      op.throwIfAborted();
      this.#destroyed(machine);
    });
  }

  /** A machine just made with `skip_launch`: its image is there, so it is ready to be started. */
  settleCreated(machine: MachineRecord): Promise<void> {
    return this.#operate(machine, async (op) => {
      await this.#deps.clock.sleep(0, op);
      this.#deps.state.transition(machine, 'stopped');
    });
  }

  /** Takes over the process of an earlier daemon. */
  takeOver(machine: MachineRecord, process: MachineProcess): void {
    const live = this.live(machine);
    live.isSuspended = machine.state === 'suspended';
    this.#watch(machine, live, process);
    if (machine.state === 'started') this.#lookAfter(machine);
  }

  /** Command, directory and environment as a start would have them now. */
  launchSpecOf(machine: MachineRecord): Promise<LaunchSpec> {
    const { state, runtime } = this.#deps;
    const [app, home] = [state.app(machine.app), runtime.homeOf(machine.id)];
    const apps = state.apps().map(({ name }) => name);
    return launchSpec({ ...this.#deps, machine, app, apps, home });
  }

  /** Forgets a machine that is no longer stored. */
  forget(machine: MachineRecord): void {
    this.#live.get(machine.id)?.cancelOperation();
    this.#live.get(machine.id)?.unwatch();
    this.#live.delete(machine.id);
    this.#deps.runtime.forget(machine.id);
    this.#deps.logs.remove(machine.id);
  }

  /** Lets go of every machine: operations are called off, nothing is looked after, processes stay as they are. */
  release(): void {
    this.#isReleased = true;
    for (const live of this.#live.values()) {
      live.cancelOperation();
      live.unwatch();
    }
  }

  async #launch(machine: MachineRecord, op: AbortSignal, again: LaunchSpec | null): Promise<void> {
    const { state, runtime, logs, clock, faults } = this.#deps;
    const fault = faults.beforeStart(faultTarget(machine));
    if (fault.delayMs !== undefined && fault.delayMs > 0) await clock.sleep(fault.delayMs, op);
    if (fault.fails === true) throw new Error('failed to launch VM: the fault "boot-failure" is switched on');
    const spec = again ?? (await this.launchSpecOf(machine));
    const port = await readyPort(this.#deps, { machine, spec, op });
    const live = this.live(machine);
    live.launch = spec;
    live.isSuspended = false;
    live.isUnhealthy = fault.unhealthy ?? false;
    const logFile = logs.of(machine.id).file;
    const start = machineSpec(machine.id, spec, { port, logFile, isCrashing: fault.crash === true });
    // From here to the save no process is awaited: a daemon killed in between is the only way to lose a pid.
    const starting = runtime.start(start);
    const started = starting instanceof Promise ? await startedContainer(starting, op) : starting;
    machine.port = port;
    machine.process = started === null ? null : { ...started.ref, instanceId: machine.instanceId };
    if (started === null) return this.#notStarted(machine, start.command[0] ?? '');
    machine.startedAt = clock.now();
    this.#watch(machine, live, started);
    state.transition(machine, 'started', { type: 'start', status: 'started', source: 'flyd' });
    this.#lookAfter(machine);
  }

  /** A program that cannot be run is an exit with the shell's code for it: the restart policy applies. */
  #notStarted(machine: MachineRecord, program: string): void {
    const what = program === '' ? 'the image names no command' : `${program}: not found or not executable`;
    this.#deps.logs.of(machine.id).say(`failed to start the machine: ${what}`);
    this.#afterExit(machine, { code: 127, signal: null, isKnown: true });
  }

  #resume(machine: MachineRecord, source: Source): Promise<void> {
    this.#deps.state.transition(machine, 'starting', { type: 'start', status: 'starting', source });
    return this.#operate(machine, () => {
      const live = this.live(machine);
      live.process?.signal('SIGCONT');
      live.isSuspended = false;
      machine.startedAt = this.#deps.clock.now();
      this.#deps.state.transition(machine, 'started', { type: 'start', status: 'started', source: 'flyd' });
      this.#lookAfter(machine);
      return Promise.resolve();
    });
  }

  #lookAfter(machine: MachineRecord): void {
    const live = this.live(machine);
    const { faults } = this.#deps;
    live.watch({
      port: machine.port ?? 0,
      checks: checkSpecsOf(machine.config),
      hasServices: servicesOf(machine.config).length > 0,
      isContainer: machine.process?.container !== undefined,
      isListening: live.launch?.isListening ?? null,
      isUnhealthy: () => live.isUnhealthy || (faults.isUnhealthy?.(faultTarget(machine)) ?? false),
    });
  }

  /** Ends the process, if there is one. The caller says what becomes of the machine. */
  async #end(machine: MachineRecord, options: StopOptions): Promise<ExitReport | null> {
    const live = this.live(machine);
    const { process } = live;
    live.stopping = process;
    await live.leaveRotation({ isInUse: options.timeoutMs > 0 && !machine.cordoned });
    // A service that was shut down meanwhile leaves it to the next one.
    if (process === null || this.#isReleased) return null;
    // A process that stands still cannot act on a signal; its memory is given up, as Fly drops the snapshot.
    return await process.stop(live.isSuspended ? { signal: 'SIGKILL', timeoutMs: 0 } : options);
  }

  #watch(machine: MachineRecord, live: LiveMachine, process: MachineProcess): void {
    live.process = process;
    this.#deps.logs.follow(machine.id);
    void process.exited.then((report) => {
      if (this.#isReleased) return;
      live.process = null;
      live.unwatch();
      machine.process = null;
      if (report.isOutOfMemory === true) this.#deps.logs.of(machine.id).say(OUT_OF_MEMORY);
      this.#deps.logs.finish(machine.id);
      this.#deps.state.saveMachine(machine);
      if (live.stopping === process) live.stopping = null;
      else this.#afterExit(machine, report);
    });
  }

  #afterExit(machine: MachineRecord, report: ExitReport): void {
    const { state, clock } = this.#deps;
    const delayMs = restartAfter(machine, report, clock.now());
    const restartCount = machine.restartedAt.length;
    state.addEvent(
      machine,
      exitEvent(report, { requestedStop: false, isRestarting: delayMs !== null, restartCount }),
    );
    if (delayMs === null) return this.#settle(machine, null);
    machine.restartedAt = [...machine.restartedAt, clock.now()];
    state.transition(machine, 'starting', { type: 'start', status: 'starting', source: 'flyd' });
    void this.#operate(machine, async (op) => {
      await clock.sleep(delayMs, op);
      await this.#launch(machine, op, this.live(machine).launch);
    });
  }

  /** A process has ended and none follows. */
  #settle(machine: MachineRecord, requested: ExitReport | null): void {
    if (requested !== null) this.#deps.state.addEvent(machine, exitEvent(requested, { requestedStop: true }));
    if (machine.config.auto_destroy === true) this.#destroyed(machine);
    else this.#deps.state.transition(machine, 'stopped');
  }

  #destroyed(machine: MachineRecord): void {
    const { state, runtime } = this.#deps;
    machine.lease = null;
    runtime.forget(machine.id);
    state.transition(machine, 'destroyed', { type: 'destroy', status: 'destroyed', source: 'flyd' });
    for (const surplus of state.surplusDestroyed(machine.app)) {
      this.forget(surplus);
      state.removeMachine(surplus.id);
    }
  }

  #operate(machine: MachineRecord, steps: (op: AbortSignal) => Promise<void>): Promise<void> {
    if (this.#isReleased) return Promise.resolve();
    const op = this.live(machine).beginOperation();
    return steps(op).catch((error: unknown) => {
      if (op.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.#deps.logs.of(machine.id).say(`failed to start the machine: ${reason}`);
      const event = { type: 'launch', status: 'failed', source: 'flyd', request: { error: reason } } as const;
      this.#deps.state.transition(machine, 'failed', event);
    });
  }
}
