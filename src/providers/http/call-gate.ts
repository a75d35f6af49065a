/** Lets a number of calls through at once; the others wait in the order they came. */
export interface CallGate {
  /** Runs `call` when there is room. Rejects with the signal's reason if that comes first. */
  pass<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/** Makes a gate with room for `width` calls. */
export function createCallGate(width: number): CallGate {
  let running = 0;
  const waiting: (() => void)[] = [];
  const enter = async (signal: AbortSignal | undefined): Promise<void> => {
    signal?.throwIfAborted();
    if (running < width) {
      running++;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leaveQueue = (): void => {
      const place = waiting.indexOf(resolve);
      if (place < 0) return;
      waiting.splice(place, 1);
      reject(signal?.reason as Error);
    };
    waiting.push(resolve);
    signal?.addEventListener('abort', leaveQueue, { once: true });
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', leaveQueue);
    }
  };
  return {
    async pass(call, signal) {
      await enter(signal);
      try {
        return await call();
      } finally {
        // The room is handed on as it is: whoever comes in between cannot take it.
        const next = waiting.shift();
        if (next === undefined) running--;
        else next();
      }
    },
  };
}
