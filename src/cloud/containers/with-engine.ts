import type { Clock } from '../../util/clock.ts';
import { EngineError } from './engine-client.ts';

/** Between two tries. */
const AGAIN_MS = 1_000;
/** An engine is started anew within seconds; one that stays away for minutes has been ended. */
const AWAY_MS_MAX = 120_000;
/** An engine that is just going down still answers, and fails at whatever it is asked. */
const FAILURES_MAX = 3;

/** Tries until it works, as long as it is the engine that fails and not what it was asked. */
export async function withEngine<T>(
  on: { readonly clock: Clock; readonly signal: AbortSignal },
  run: () => Promise<T>,
): Promise<T> {
  const { clock, signal } = on;
  const startedAt = clock.now();
  for (let failures = 0; ;) {
    try {
      return await run();
    } catch (error) {
      if (error instanceof EngineError) failures += 1;
      const isLast = clock.now() - startedAt > AWAY_MS_MAX || failures >= FAILURES_MAX;
      if (isLast || signal.aborted || !isEngineTrouble(error)) throw error;
    }
    await clock.sleep(AGAIN_MS, signal);
  }
}

/** The engine's own failure (5xx), or nobody at the other end of the connection. */
function isEngineTrouble(error: unknown): boolean {
  if (error instanceof EngineError) return error.status >= 500;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(code);
}
