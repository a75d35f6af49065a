import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { EdgeApp, EdgeDirectory, EdgeMachine } from '../../src/cloud/edge/directory.ts';
import { pickLoopbackPort } from '../../src/cloud/machines/loopback-port.ts';

const APP_FILE = fileURLToPath(new URL('./edge-app.ts', import.meta.url));

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface LiveMachine extends Mutable<EdgeMachine> {
  process: ChildProcess | null;
  env: Record<string, string>;
}

/** A directory over real child processes: what `cloud/fly` is to the edge, without the Machines API. */
export class ProcessDirectory implements EdgeDirectory {
  readonly #apps = new Map<string, { app: Omit<EdgeApp, 'machines'>; machines: LiveMachine[] }>();
  readonly #listeners = new Set<() => void>();
  readonly #children = new Set<ChildProcess>();
  readonly calls: string[] = [];
  /** Makes the next starts fail with this message. */
  startError: string | null = null;

  app(name: string): EdgeApp | null {
    const entry = this.#apps.get(name);
    return entry === undefined
      ? null
      : { ...entry.app, machines: entry.machines.map((each) => ({ ...each })) };
  }

  apps(): readonly EdgeApp[] {
    return [...this.#apps.keys()].flatMap((name) => this.app(name) ?? []);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Adds or changes an app. */
  put(name: string, changes: Partial<Omit<EdgeApp, 'name' | 'machines'>> = {}): void {
    const entry = this.#apps.get(name);
    const app = {
      name,
      hosts: [],
      primaryRegion: 'iad',
      minMachinesRunning: 0,
      autostart: true,
      autostop: 'off' as const,
      concurrency: { type: 'requests' as const, softLimit: 20, hardLimit: null },
      ...entry?.app,
      ...changes,
    };
    this.#apps.set(name, { app, machines: entry?.machines ?? [] });
    this.#changed();
  }

  remove(name: string): void {
    this.#apps.delete(name);
    this.#changed();
  }

  /** Adds a stopped machine. */
  async addMachine(
    app: string,
    id: string,
    options: { region?: string; env?: Record<string, string> } = {},
  ): Promise<void> {
    this.#apps.get(app)?.machines.push({
      id,
      region: options.region ?? 'iad',
      port: await freePort(),
      state: 'stopped',
      routable: false,
      wakeable: true,
      startedAt: null,
      process: null,
      env: options.env ?? {},
    });
    this.#changed();
  }

  /** Changes what the directory says of a machine without touching its process. */
  say(app: string, id: string, changes: Partial<EdgeMachine>): void {
    Object.assign(this.machine(app, id), changes);
    this.#changed();
  }

  async startMachine(app: string, id: string): Promise<void> {
    this.calls.push(`start ${id}`);
    if (this.startError !== null) throw new Error(this.startError);
    const machine = this.machine(app, id);
    this.say(app, id, { state: 'starting', wakeable: false });
    const child = spawn(process.execPath, [APP_FILE], {
      env: { ...machine.env, ID: id, PORT: String(machine.port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    machine.process = child;
    this.#children.add(child);
    child.once('exit', () => {
      if (machine.process !== child) return;
      machine.process = null;
      Object.assign(machine, { state: 'stopped', routable: false, wakeable: true, startedAt: null });
      this.#changed();
    });
    const first = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    if (typeof first[0] === 'number') throw new Error(`exited with code ${first[0]}`);
    this.say(app, id, { state: 'started', routable: true, startedAt: Date.now() });
  }

  async stopMachine(app: string, id: string, how: 'stop' | 'suspend'): Promise<void> {
    this.calls.push(`${how} ${id}`);
    const machine = this.machine(app, id);
    const child = machine.process;
    if (child === null) return;
    this.say(app, id, { state: 'stopping', routable: false });
    machine.process = null;
    child.kill('SIGTERM');
    await once(child, 'exit');
    this.say(app, id, { state: how === 'stop' ? 'stopped' : 'suspended', wakeable: true, startedAt: null });
  }

  /** Ends a machine's process without telling anyone before. */
  async kill(app: string, id: string): Promise<void> {
    const child = this.machine(app, id).process;
    if (child === null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  machine(app: string, id: string): LiveMachine {
    const found = this.#apps.get(app)?.machines.find((each) => each.id === id);
    if (found === undefined) throw new Error(`no machine ${id} of ${app}`);
    return found;
  }

  /** Kills every process that runs. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#children].map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        child.kill('SIGKILL');
        await once(child, 'exit');
      }),
    );
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** A port of 127.0.0.1 that nobody listens on, and that the system gives to nobody who asks for any. */
export function freePort(): Promise<number> {
  return pickLoopbackPort(new Set(), null);
}
