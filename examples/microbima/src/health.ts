import { setTimeout as delay } from 'node:timers/promises';
import packageJson from '../package.json' with { type: 'json' };

/** Name → resolves when it works, rejects with the reason when it does not. */
export type HealthChecks = Readonly<Record<string, () => Promise<void>>>;

/** The body of `GET /health`. */
export interface Health {
  readonly status: 'ok' | 'failing';
  readonly service: string;
  readonly version: string;
  /** The commit and the release that put this process here; `none` outside a deployment. */
  readonly commit: string;
  readonly release: string;
  readonly machine: string;
  readonly uptimeSeconds: number;
  /** `ok`, or what is wrong. */
  readonly checks: Readonly<Record<string, string>>;
}

/** A check that takes longer has failed: platforms stop waiting after about as long. */
const CHECK_TIMEOUT_MS = 2_000;

/** Asks every check at once. */
export async function runHealthChecks(service: string, checks: HealthChecks): Promise<Health> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await outcome(check)] as const),
  );
  return {
    status: results.every(([, result]) => result === 'ok') ? 'ok' : 'failing',
    service,
    version: packageJson.version,
    commit: process.env['GLIDEPATH_COMMIT'] ?? 'none',
    release: process.env['GLIDEPATH_RELEASE'] ?? 'none',
    machine: process.env['FLY_MACHINE_ID'] ?? 'none',
    uptimeSeconds: Math.round(process.uptime()),
    checks: Object.fromEntries(results),
  };
}

async function outcome(check: () => Promise<void>): Promise<string> {
  const decided = new AbortController();
  const tooLong = delay(CHECK_TIMEOUT_MS, `no answer within ${CHECK_TIMEOUT_MS} ms`, {
    signal: decided.signal,
  });
  // Ended early below, when the check has answered.
  tooLong.catch(() => {});
  try {
    return await Promise.race([check().then(() => 'ok'), tooLong]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    decided.abort();
  }
}
