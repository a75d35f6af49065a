import type { Clock } from '../../util/clock.ts';

/** Runs with a signal that aborts on time-out or with the outer one; on the given clock, so that it works in virtual time. */
export async function withDeadline<T>(
  clock: Clock,
  ms: number,
  outer: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const request = new AbortController();
  const done = new AbortController();
  const onAbort = (): void => request.abort(outer?.reason);
  if (outer?.aborted === true) throw outer.reason;
  outer?.addEventListener('abort', onAbort, { once: true });
  const timer = clock.sleep(ms, done.signal).then(
    () => request.abort(new Error(`no answer within ${ms / 1000} s`)),
    () => undefined,
  );
  try {
    return await run(request.signal);
  } finally {
    done.abort();
    outer?.removeEventListener('abort', onAbort);
    await timer;
  }
}
