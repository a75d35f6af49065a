import type { Clock } from '../../util/clock.ts';
import { notFound } from './api-error.ts';
import type { FlyStore } from './fly-store.ts';
import { newUlid } from './ids.ts';
import type { AppRecord, MachineEvent, MachineRecord, MachineState } from './records.ts';

/** Events kept per machine: a crash loop through all ten retries fits in several times. */
const EVENTS_MAX = 100;
/** Destroyed machines kept per app. They stay readable, because the exit code of a job is read after its end. */
const DESTROYED_MAX = 50;

/** What an event says, before it has an id and a time. */
export type NewEvent = Pick<MachineEvent, 'type' | 'status' | 'source'> &
  Partial<Pick<MachineEvent, 'request'>>;

/** Apps and machines in memory, written through to the store; tells listeners of each change. */
export class FlyState {
  readonly #store: FlyStore;
  readonly #clock: Clock;
  readonly #apps: Map<string, AppRecord>;
  readonly #machines: Map<string, MachineRecord>;
  readonly #listeners = new Set<() => void>();
  #number: number;
  #isClosed = false;
  readonly #unsaved = new Map<string, AppRecord | MachineRecord>();

  constructor(store: FlyStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    const apps = store.loadApps();
    const machines = store.loadMachines().toSorted((a, b) => a.number - b.number);
    this.#apps = new Map(apps.map((app) => [app.name, app]));
    this.#machines = new Map(machines.map((machine) => [machine.id, machine]));
    this.#number = Math.max(
      0,
      ...apps.map((app) => app.number),
      ...machines.map((machine) => machine.number),
    );
  }

  apps(): AppRecord[] {
    return [...this.#apps.values()];
  }

  findApp(name: string): AppRecord | null {
    return this.#apps.get(name) ?? null;
  }

  /** Throws the API's 404. */
  app(name: string): AppRecord {
    const app = this.#apps.get(name);
    if (app === undefined) throw notFound(`app '${name}' not found`);
    return app;
  }

  /** Every machine of an app, oldest first, destroyed ones included. */
  machinesOf(appName: string): MachineRecord[] {
    return [...this.#machines.values()].filter((machine) => machine.app === appName);
  }

  allMachines(): MachineRecord[] {
    return [...this.#machines.values()];
  }

  /** Throws the API's 404; a destroyed machine is still found. */
  machine(appName: string, id: string): MachineRecord {
    this.app(appName);
    const machine = this.#machines.get(id);
    if (machine === undefined || machine.app !== appName) throw notFound(`machine not found: ${id}`);
    return machine;
  }

  nextNumber(): number {
    return ++this.#number;
  }

  saveApp(app: AppRecord): void {
    this.#apps.set(app.name, app);
    this.#save(`app ${app.name}`, app);
    this.#notify();
  }

  saveMachine(machine: MachineRecord): void {
    // A process that ends after the service has let go of it is found out by the next one.
    if (this.#isClosed) return;
    this.#machines.set(machine.id, machine);
    this.#save(`machine ${machine.id}`, machine);
    this.#notify();
  }

  /** Moves a machine to a state, with the event that says why. */
  transition(machine: MachineRecord, state: MachineState, event?: NewEvent): void {
    machine.state = state;
    machine.updatedAt = this.#clock.now();
    if (event !== undefined) this.addEvent(machine, event);
    this.saveMachine(machine);
  }

  /** Notes an event without saving: the caller changes more. */
  addEvent(machine: MachineRecord, event: NewEvent): void {
    const timestamp = Math.round(this.#clock.now());
    machine.events = [{ id: newUlid(timestamp), timestamp, ...event }, ...machine.events].slice(
      0,
      EVENTS_MAX,
    );
  }

  removeApp(name: string): void {
    this.#apps.delete(name);
    this.#unsaved.delete(`app ${name}`);
    this.#store.removeApp(name);
    this.#notify();
  }

  removeMachine(id: string): void {
    this.#machines.delete(id);
    this.#unsaved.delete(`machine ${id}`);
    this.#store.removeMachine(id);
    this.#notify();
  }

  /** The destroyed machines of an app that are beyond what is kept, oldest first. */
  surplusDestroyed(appName: string): MachineRecord[] {
    const destroyed = this.machinesOf(appName).filter((machine) => machine.state === 'destroyed');
    return destroyed.slice(0, Math.max(0, destroyed.length - DESTROYED_MAX));
  }

  /**
   * Writes what could not be written before; throws the store's error while that is so. What goes on behind the answers
   * goes on without a disk, but no request that changes something is answered with a success.
   */
  flush(): void {
    for (const [key, record] of this.#unsaved) {
      if (key.startsWith('app ')) this.#store.saveApp(record as AppRecord);
      else this.#store.saveMachine(record as MachineRecord);
      this.#unsaved.delete(key);
    }
  }

  /** Writes nothing any more and closes the store. */
  close(): void {
    if (!this.#isClosed) this.#store.close();
    this.#isClosed = true;
  }

  /** Calls back after any change; returns the way to unsubscribe. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Something that is not stored has changed: a check, or whether a port answers. */
  touch(): void {
    this.#notify();
  }

  /** Resolves at the next change; rejects with the signal's reason. */
  nextChange(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const finish = (): void => {
        unsubscribe();
        signal.removeEventListener('abort', abort);
      };
      const abort = (): void => {
        finish();
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      const unsubscribe = this.onChange(() => {
        finish();
        resolve();
      });
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  #save(key: string, record: AppRecord | MachineRecord): void {
    this.#unsaved.set(key, record);
    try {
      this.flush();
    } catch {
      // Stays in #unsaved: the request that changed it, and each later one, finds out by flush().
    }
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
