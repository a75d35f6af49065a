import { join } from 'node:path';
import type { Clock } from '../../util/clock.ts';
import type { CheckClaim, CheckClaims, ClaimWait } from './check-claims.ts';
import { leaveDoubt, makeMark, marksIn, ownerText, readMark, removeMark, takeMark } from './claim-mark.ts';

/** How claims are made. */
export interface ClaimsOptions {
  /** Of this checkout; made when the first claim is. */
  readonly directory: string;
  /** Tells the runs of one process apart. */
  readonly id: string;
  /** Processes in whose checks this one runs: what they have claimed is not waited for, since they wait for this one. */
  readonly within: ReadonlySet<number>;
  readonly clock: Clock;
  /** A run was killed: ends what its checks have left running, before anything is made in the place where they write. */
  readonly endLeft: () => Promise<void>;
}

/**
 * Looked at so often, for as long as the other run is there: it ends, is killed, or is ended by its time limit. Whoever has no
 * patience presses Ctrl-C.
 */
const LOOK_MS = 50;

/** For what is no check: no check is called like that. */
const ALONE = '@alone';

const NOTHING: CheckClaim = { hasWaited: false, giveBack: () => undefined };

/**
 * Claims as marks in a directory: one of who makes, and one of each run that needs. Where no mark can be made, on a disk that
 * is full, nobody is waited for.
 */
export class MarkedClaims implements CheckClaims {
  readonly #options: ClaimsOptions;
  /** What the marks of this run say. */
  readonly #own: string;
  /** Claims that were not given back yet, by name: a restore that came to nothing may still be written down when the check runs. */
  readonly #makes = new Map<string, number>();
  /** How many of its checks need one, by name. */
  readonly #uses = new Map<string, number>();

  constructor(options: ClaimsOptions) {
    this.#options = options;
    this.#own = ownerText(options.id);
  }

  stateOf(name: string): 'settled' | 'busy' | 'doubtful' {
    const owner = readMark(this.#maker(name));
    if (owner === null || owner.text === this.#own || this.#options.within.has(owner.pid)) return 'settled';
    return owner.isThere ? 'busy' : 'doubtful';
  }

  async idle(name: string, wait: ClaimWait): Promise<void> {
    await this.#until(() => this.#otherAt(this.#maker(name)), wait);
  }

  async make(name: string, wait: ClaimWait): Promise<CheckClaim> {
    const path = this.#maker(name);
    const count = this.#makes.get(name) ?? 0;
    this.#makes.set(name, count + 1);
    const giveBack = (isDoubtful = false): void => {
      const left = (this.#makes.get(name) ?? 1) - 1;
      this.#makes.set(name, left);
      if (left > 0 || readMark(path)?.text !== this.#own) return;
      if (isDoubtful) leaveDoubt(path, this.#options.id);
      else removeMark(path);
    };
    try {
      const hasWaited = count === 0 && (await this.#take(path, wait));
      return { hasWaited: (await this.#until(() => this.#userOf(name), wait)) || hasWaited, giveBack };
    } catch (error) {
      // Nothing has been made yet.
      giveBack();
      return nothingAfter(error);
    }
  }

  async use(names: readonly string[], wait: ClaimWait): Promise<CheckClaim> {
    const entered: string[] = [];
    const giveBack = (): void => {
      for (const name of entered.splice(0)) this.#leave(name);
    };
    let hasWaited = false;
    try {
      for (const name of names) {
        hasWaited = (await this.#enter(name, wait)) || hasWaited;
        entered.push(name);
      }
    } catch (error) {
      giveBack();
      return nothingAfter(error);
    }
    return { hasWaited, giveBack };
  }

  async alone(work: () => void): Promise<void> {
    const path = join(this.#options.directory, ALONE);
    for (;;) {
      const mark = this.#tryAlone(path);
      if (mark !== 'taken') {
        try {
          return work();
        } finally {
          if (mark === 'own') removeMark(path);
        }
      }
      await this.#options.clock.sleep(LOOK_MS);
    }
  }

  /** `none`: no mark can be made, so that nobody can be told. */
  #tryAlone(path: string): 'own' | 'taken' | 'none' {
    try {
      if (makeMark(path, this.#own)) return 'own';
      const owner = readMark(path);
      return owner?.isThere === false && takeMark(path, owner, this.#own) ? 'own' : 'taken';
    } catch {
      return 'none';
    }
  }

  #maker(name: string): string {
    return join(this.#options.directory, encodeURIComponent(name));
  }

  #user(name: string): string {
    return `${this.#maker(name)}@${process.pid}-${this.#options.id}`;
  }

  /** The process of another run that has made a mark and is there; null: nobody has to be waited for. */
  #otherAt(path: string): number | null {
    const owner = readMark(path);
    if (owner === null || owner.text === this.#own || !owner.isThere) return null;
    return this.#options.within.has(owner.pid) ? null : owner.pid;
  }

  /** Of another run that needs what a check makes. Marks of those that were killed go. */
  #userOf(name: string): number | null {
    const { directory } = this.#options;
    const prefix = `${encodeURIComponent(name)}@`;
    for (const mark of marksIn(directory)) {
      if (!mark.startsWith(prefix)) continue;
      const path = join(directory, mark);
      const pid = this.#otherAt(path);
      if (pid !== null) return pid;
      if (readMark(path)?.isThere === false) removeMark(path);
    }
    return null;
  }

  /** Waits while there is somebody. Whether there was. */
  async #until(who: () => number | null, { signal, onWait }: ClaimWait): Promise<boolean> {
    let told: number | null = null;
    for (let pid = who(); pid !== null; pid = who()) {
      if (pid !== told) onWait((told = pid));
      await this.#options.clock.sleep(LOOK_MS, signal);
    }
    return told !== null;
  }

  /** Makes the mark of who makes, in the place of one that nobody holds any more. Whether somebody did. */
  async #take(path: string, wait: ClaimWait): Promise<boolean> {
    const { within, endLeft, clock } = this.#options;
    let hasWaited = false;
    while (!makeMark(path, this.#own)) {
      const owner = readMark(path);
      if (owner === null) continue;
      if (within.has(owner.pid)) break;
      if (owner.isThere) hasWaited = (await this.#until(() => this.#otherAt(path), wait)) || hasWaited;
      else {
        await endLeft();
        if (takeMark(path, owner, this.#own)) break;
        // Somebody else is just taking it.
        await clock.sleep(LOOK_MS, wait.signal);
      }
    }
    return hasWaited;
  }

  async #enter(name: string, wait: ClaimWait): Promise<boolean> {
    const path = this.#maker(name);
    let hasWaited = false;
    for (;;) {
      const count = this.#uses.get(name) ?? 0;
      if (count === 0) makeMark(this.#user(name), this.#own);
      this.#uses.set(name, count + 1);
      if (this.#otherAt(path) === null) return hasWaited;
      // Both came at once: who needs gives way to who makes.
      this.#leave(name);
      hasWaited = (await this.#until(() => this.#otherAt(path), wait)) || hasWaited;
    }
  }

  #leave(name: string): void {
    const count = (this.#uses.get(name) ?? 1) - 1;
    this.#uses.set(name, count);
    if (count === 0) removeMark(this.#user(name));
  }
}

/** A disk that is full or cannot be written keeps nobody from running checks. Throws everything else. */
function nothingAfter(error: unknown): CheckClaim {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) throw error;
  return NOTHING;
}
