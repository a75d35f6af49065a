import type { EdgeApp, EdgeDirectory } from '../edge/directory.ts';

/**
 * A directory whose real one comes later: the edge is up before the machines, which need its addresses when they
 * start. Empty until then.
 */
export class LateDirectory implements EdgeDirectory {
  readonly #listeners = new Set<() => void>();
  #boundNow: () => void = () => undefined;
  /** Resolves once the real one is there. */
  readonly bound: Promise<void> = new Promise((resolve) => (this.#boundNow = resolve));
  #real: EdgeDirectory | null = null;

  /** From now on everything is asked of `real`. */
  bind(real: EdgeDirectory): void {
    this.#real = real;
    real.onChange(() => this.#changed());
    this.#changed();
    this.#boundNow();
  }

  app(name: string): EdgeApp | null {
    return this.#real?.app(name) ?? null;
  }

  apps(): readonly EdgeApp[] {
    return this.#real?.apps() ?? [];
  }

  async startMachine(app: string, machineId: string): Promise<void> {
    await this.#real?.startMachine(app, machineId);
  }

  async stopMachine(app: string, machineId: string, how: 'stop' | 'suspend'): Promise<void> {
    await this.#real?.stopMachine(app, machineId, how);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
