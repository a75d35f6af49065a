import type { Ending, NotRun, Schedule } from './schedule.ts';

/** What is done with the checks of a schedule. */
export interface ScheduleWork {
  /** Whether the result of a check is there, so that it need not run. Takes no core. */
  look(name: string): Promise<boolean>;
  /**
   * Runs it, and says when nothing of it runs any more although it has not ended. The signal aborts when it is to end
   * because of another, or because somebody ended it all.
   */
  run(name: string, signal: AbortSignal, onIdle: () => void): Promise<Ending>;
  notRun(notRun: NotRun): void;
  /** How long checks take, in milliseconds by name; asked once, before the first that runs. */
  estimates(): Promise<ReadonlyMap<string, number>>;
}

/** Results are looked up for so many at once: those of another machine take a journey each. */
const LOOKS_MAX = 16;

/**
 * Carries a schedule out. Where a check fails that ends the others, or the signal aborts, what runs is ended first.
 * Throws what the work throws or the reason of the signal, and never before all that it began has ended.
 */
export async function runSchedule(
  schedule: Schedule,
  work: ScheduleWork,
  signal: AbortSignal,
): Promise<void> {
  const carrier = new Carrier(schedule, work);
  const onAbort = (): void => carrier.giveUp('it was interrupted');
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    await carrier.toTheEnd();
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  signal.throwIfAborted();
}

/** One carrying-out: what is under way, and what went wrong with it. */
class Carrier {
  readonly #schedule: Schedule;
  readonly #work: ScheduleWork;
  readonly #stop = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  readonly #problems: unknown[] = [];
  #looking = 0;
  #wake: () => void = () => undefined;
  #isEstimated = false;

  constructor(schedule: Schedule, work: ScheduleWork) {
    this.#schedule = schedule;
    this.#work = work;
  }

  async toTheEnd(): Promise<void> {
    for (;;) {
      await this.#beginWhatMay();
      if (this.#underWay.size === 0) break;
      const idle = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await Promise.race([...this.#underWay, idle]);
    }
    if (this.#problems.length > 0) throw this.#problems[0];
  }

  giveUp(reason: string): void {
    for (const notRun of this.#schedule.stop(reason)) this.#work.notRun(notRun);
    this.#stop.abort(new Error(reason));
  }

  async #beginWhatMay(): Promise<void> {
    for (const name of this.#schedule.look(LOOKS_MAX - this.#looking)) this.#begin(this.#look(name));
    if (!this.#isEstimated && this.#schedule.hasReady) {
      this.#isEstimated = true;
      this.#schedule.estimate(await this.#work.estimates());
    }
    for (const name of this.#schedule.start()) this.#begin(this.#run(name));
  }

  #begin(task: Promise<void>): void {
    const done = task
      .catch((error: unknown) => {
        this.#problems.push(error);
        this.giveUp('the checks were ended');
      })
      .finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }

  async #look(name: string): Promise<void> {
    let isThere = false;
    this.#looking += 1;
    try {
      isThere = await this.#work.look(name);
    } catch (error) {
      this.#end(name, 'ended');
      throw error;
    } finally {
      this.#looking -= 1;
    }
    if (isThere) this.#end(name, 'passed');
    else for (const notRun of this.#schedule.ready(name)) this.#work.notRun(notRun);
  }

  async #run(name: string): Promise<void> {
    let ending: Ending = 'ended';
    try {
      ending = await this.#work.run(name, this.#stop.signal, () => {
        this.#schedule.release(name);
        this.#wake();
      });
    } finally {
      this.#end(name, ending);
    }
  }

  #end(name: string, ending: Ending): void {
    for (const notRun of this.#schedule.end(name, ending)) this.#work.notRun(notRun);
    if (this.#schedule.isStopped) this.#stop.abort(new Error(`${name} ${ending}`));
  }
}
