/** Who needs something to stay as it is for now. */
export class Holds {
  #count = 0;
  #waiting: (() => void)[] = [];

  get any(): boolean {
    return this.#count > 0;
  }

  /** Returns what gives it up again; called twice, it counts once. */
  take(): () => void {
    let isHeld = true;
    this.#count += 1;
    return () => {
      if (isHeld) this.#count -= 1;
      isHeld = false;
      if (this.#count === 0) for (const wake of this.#waiting.splice(0)) wake();
    };
  }

  /** Resolves when nobody holds it; somebody may again by the time the caller goes on. */
  released(): Promise<void> {
    return this.#count === 0 ? Promise.resolve() : new Promise((resolve) => void this.#waiting.push(resolve));
  }
}
