/**
 * Ports of this machine that services of jobs ask for by number. Each job of GitHub has a machine of its own, and here
 * all share one: who asks for a port that another job has waits until that job has ended.
 */
export class ServicePorts {
  readonly #ends = new Map<number, Promise<void>>();

  /** Waits for its turn; to be called with the returned function when it is over. Rejects with the signal's reason. */
  async take(port: number, signal: AbortSignal, onWait: () => void): Promise<() => void> {
    const before = this.#ends.get(port);
    const { promise, resolve } = Promise.withResolvers<void>();
    const chain = (before ?? Promise.resolve()).then(() => promise);
    this.#ends.set(port, chain);
    const end = (): void => {
      resolve();
      if (this.#ends.get(port) === chain) this.#ends.delete(port);
    };
    if (before === undefined) return end;
    onWait();
    try {
      await unlessAborted(before, signal);
      return end;
    } catch (error) {
      end();
      throw error;
    }
  }
}

function unlessAborted(turn: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    void turn.then(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
  });
}
