import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../../util/clock.ts';
import type { JobRecord } from './records.ts';

/** What the steps of jobs printed, masked, each line with its moment; a file for each step. */
export class JobLogs {
  readonly #dir: string;
  readonly #clock: Clock;

  constructor(stateDir: string, clock: Clock) {
    this.#dir = join(stateDir, 'logs');
    this.#clock = clock;
  }

  /** Writes a line down; the moment it has. */
  append(jobId: number, step: number, text: string): number {
    const at = this.#clock.now();
    mkdirSync(join(this.#dir, String(jobId)), { recursive: true, mode: 0o700 });
    appendFileSync(this.#fileOf(jobId, step), `${timeOf(at)} ${text}\n`, { mode: 0o600 });
    return at;
  }

  /** Of one step; empty when it printed nothing. */
  step(jobId: number, step: number): string {
    const file = this.#fileOf(jobId, step);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** Of a whole job, in the order of its steps. */
  job({ id, steps }: JobRecord): string {
    return steps.map(({ number }) => this.step(id, number)).join('');
  }

  remove(jobId: number): void {
    rmSync(join(this.#dir, String(jobId)), { recursive: true, force: true });
  }

  #fileOf(jobId: number, step: number): string {
    return join(this.#dir, String(jobId), `${step}.log`);
  }
}

/** As GitHub's runner writes it: seven digits of a second. */
function timeOf(at: number): string {
  return new Date(at).toISOString().replace('Z', '0000Z');
}
