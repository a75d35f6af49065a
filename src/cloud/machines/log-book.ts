import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../util/clock.ts';
import { MachineLog } from './machine-log.ts';
import type { StampedLine } from './machine-log.ts';

/** How often log files are looked at; the time of a line is right to within this. */
const LOOK_EVERY_MS = 200;

/** The logs of all machines, followed while the daemon runs. */
export class LogBook {
  readonly #dir: string;
  readonly #clock: Clock;
  readonly #logs = new Map<string, MachineLog>();
  readonly #followed = new Set<string>();
  #lastStamp = 0;

  constructor(options: { dir: string; clock: Clock; signal: AbortSignal }) {
    this.#dir = options.dir;
    this.#clock = options.clock;
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    // Rejects only by the signal, when the service shuts down.
    this.#lookForever(options.signal).catch(() => undefined);
  }

  of(machineId: string): MachineLog {
    const known = this.#logs.get(machineId);
    if (known !== undefined) return known;
    const file = join(this.#dir, `${machineId}.log`);
    const log = new MachineLog({ file, machineId, nextStamp: () => this.#nextStamp() });
    this.#lastStamp = Math.max(this.#lastStamp, log.lastStamp());
    this.#logs.set(machineId, log);
    return log;
  }

  /** From now on a running process writes there. */
  follow(machineId: string): void {
    this.of(machineId);
    this.#followed.add(machineId);
  }

  /** The process has ended: takes in the rest. */
  finish(machineId: string): void {
    this.of(machineId).finish();
    this.#followed.delete(machineId);
  }

  remove(machineId: string): void {
    this.#followed.delete(machineId);
    this.of(machineId).remove();
    this.#logs.delete(machineId);
  }

  /** The lines of these machines after a stamp, oldest first. */
  linesAfter(stamp: number, machineIds: readonly string[]): StampedLine[] {
    for (const id of machineIds) this.of(id).refresh();
    return machineIds
      .flatMap((id) => this.of(id).lines())
      .filter((line) => line.stamp > stamp)
      .toSorted((a, b) => a.stamp - b.stamp);
  }

  #nextStamp(): number {
    this.#lastStamp = Math.max(this.#lastStamp + 1, Math.round(this.#clock.now()) * 1000);
    return this.#lastStamp;
  }

  async #lookForever(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const id of this.#followed) this.of(id).refresh();
      await this.#clock.sleep(LOOK_EVERY_MS, signal);
    }
  }
}
