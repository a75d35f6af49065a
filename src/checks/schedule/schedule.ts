import { assert } from '../../util/assert.ts';
import { remainingPaths, usersOf, type ScheduledCheck } from './remaining-paths.ts';

/*
 * waiting ──► looking ──► passed                 (its result was there)
 *    │           └──► ready ──► running ──► passed | failed | ended
 *    └───────────────────┴──► not-run            (a check failed, or somebody ended it all)
 *
 * Looking takes no core, running takes as many as the check weighs. Nothing leaves passed, failed, ended and not-run.
 */
export type Standing =
  | 'waiting'
  | 'looking'
  | 'ready'
  | 'running'
  | 'passed'
  | 'failed'
  | 'ended'
  | 'not-run';

/** How a check that was running, or looked at, came out. */
export type Ending = Extract<Standing, 'passed' | 'failed' | 'ended'>;

/** A check that will not run any more. */
export interface NotRun {
  readonly name: string;
  /** `lint failed`. */
  readonly reason: string;
}

/** How a schedule is filled. */
export interface ScheduleOptions {
  /** Cores. A check that weighs more runs alone. */
  readonly capacity: number;
  /** True: after a failure only those that need what failed are not run. */
  readonly isKeepGoing: boolean;
}

/** A check may be overtaken so often by lighter ones that fit beside what runs; then nothing begins before it. */
export const OVERTAKEN_MAX = 8;
/** What a check of which nothing is known is taken to need. */
export const UNKNOWN_MS = 1_000;

/**
 * Decides which checks begin when. No clock and no process is in it: it is told what has happened, and says what may
 * begin. Among what is ready the one with the longest way to the end begins first; the order written decides between
 * equals, so that the same durations give the same order.
 */
export class Schedule {
  readonly #checks: ReadonlyMap<string, ScheduledCheck>;
  readonly #users: ReadonlyMap<string, readonly string[]>;
  readonly #options: ScheduleOptions;
  readonly #standings = new Map<string, Standing>();
  /** How many of its needs have not passed yet. */
  readonly #open = new Map<string, number>();
  readonly #overtaken = new Map<string, number>();
  readonly #released = new Set<string>();
  #order: ReadonlyMap<string, number>;
  #busy = 0;
  /** Why nothing begins any more. */
  #stopped: string | null = null;

  constructor(checks: readonly ScheduledCheck[], options: ScheduleOptions) {
    assert(options.capacity >= 1, 'there is a core');
    this.#checks = new Map(checks.map((check) => [check.name, check]));
    this.#users = usersOf(checks);
    this.#options = options;
    for (const { name, needs } of checks) {
      this.#standings.set(name, 'waiting');
      this.#open.set(name, needs.filter((need) => this.#checks.has(need)).length);
    }
    this.#order = this.#orderBy(() => UNKNOWN_MS);
  }

  /** Says how long checks take, where that is known. */
  estimate(estimateMs: ReadonlyMap<string, number>): void {
    this.#order = this.#orderBy((name) => estimateMs.get(name) ?? UNKNOWN_MS);
  }

  standing(name: string): Standing {
    const standing = this.#standings.get(name);
    assert(standing !== undefined, `${name} is in the schedule`);
    return standing;
  }

  /** Cores in use; more than the capacity only while one heavy check runs alone. */
  get busy(): number {
    return this.#busy;
  }

  /** Whether something waits for cores. */
  get hasReady(): boolean {
    return [...this.#standings.values()].includes('ready');
  }

  /** Whether nothing begins any more. */
  get isStopped(): boolean {
    return this.#stopped !== null;
  }

  /** At most so many of those whose needs have passed: whether their results are there may be looked up now. */
  look(max: number): string[] {
    if (this.#stopped !== null) return [];
    const found = [...this.#checks.keys()]
      .filter((name) => this.#standings.get(name) === 'waiting' && this.#open.get(name) === 0)
      .slice(0, max);
    for (const name of found) this.#standings.set(name, 'looking');
    return found;
  }

  /** Nothing was found of a check that was looked at: it has to run. */
  ready(name: string): NotRun[] {
    this.#move(name, ['looking'], 'ready');
    return this.#stopped === null ? [] : this.#give(name, this.#stopped);
  }

  /** Those that begin now. */
  start(): string[] {
    if (this.#stopped !== null) return [];
    const started: string[] = [];
    const passedOver: string[] = [];
    for (const name of this.#readyInOrder()) {
      if (this.#fits(name)) {
        this.#standings.set(name, 'running');
        this.#busy += this.#weight(name);
        started.push(name);
        for (const other of passedOver) this.#overtaken.set(other, this.#timesOvertaken(other) + 1);
      } else {
        passedOver.push(name);
      }
      // It has waited long enough: what runs ends, and then there is room.
      if (passedOver.some((other) => this.#timesOvertaken(other) >= OVERTAKEN_MAX)) break;
    }
    return started;
  }

  /** Nothing of a check runs any more, but how it ended is not known yet: its cores are free. */
  release(name: string): void {
    if (this.standing(name) !== 'running' || this.#released.has(name)) return;
    this.#released.add(name);
    this.#busy -= this.#weight(name);
  }

  /** A check has ended, or its result was there. Returns those that are not run because of it. */
  end(name: string, ending: Ending): NotRun[] {
    this.release(name);
    this.#move(name, ['running', 'looking'], ending);
    if (ending === 'passed') {
      for (const user of this.#users.get(name) ?? []) this.#open.set(user, (this.#open.get(user) ?? 0) - 1);
      return [];
    }
    const reason = `${name} ${ending === 'failed' ? 'failed' : 'was ended'}`;
    return this.#options.isKeepGoing ? this.#giveUsers(name, reason) : this.stop(reason);
  }

  /** Nothing begins any more; what runs is for the caller to end. */
  stop(reason: string): NotRun[] {
    this.#stopped ??= reason;
    return [...this.#checks.keys()].flatMap((name) => this.#give(name, this.#stopped ?? reason));
  }

  #giveUsers(name: string, reason: string): NotRun[] {
    return (this.#users.get(name) ?? []).flatMap((user) => {
      const given = this.#give(user, reason);
      return given.length === 0 ? [] : [...given, ...this.#giveUsers(user, reason)];
    });
  }

  /** Empty for one that runs, is looked at, or has ended. */
  #give(name: string, reason: string): NotRun[] {
    const standing = this.standing(name);
    if (standing !== 'waiting' && standing !== 'ready') return [];
    this.#standings.set(name, 'not-run');
    return [{ name, reason }];
  }

  #move(name: string, from: readonly Standing[], to: Standing): void {
    const standing = this.standing(name);
    assert(from.includes(standing), `${name} is ${standing} and becomes ${to}`);
    this.#standings.set(name, to);
  }

  #fits(name: string): boolean {
    return this.#busy === 0 || this.#busy + this.#weight(name) <= this.#options.capacity;
  }

  #weight(name: string): number {
    return Math.max(1, this.#checks.get(name)?.weight ?? 1);
  }

  #timesOvertaken(name: string): number {
    return this.#overtaken.get(name) ?? 0;
  }

  #readyInOrder(): string[] {
    return [...this.#standings]
      .flatMap(([name, standing]) => (standing === 'ready' ? [name] : []))
      .sort((a, b) => (this.#order.get(a) ?? 0) - (this.#order.get(b) ?? 0));
  }

  #orderBy(estimateMs: (name: string) => number): ReadonlyMap<string, number> {
    const paths = remainingPaths([...this.#checks.values()], estimateMs);
    const names = [...this.#checks.keys()].toSorted((a, b) => (paths.get(b) ?? 0) - (paths.get(a) ?? 0));
    return new Map(names.map((name, index) => [name, index]));
  }
}
