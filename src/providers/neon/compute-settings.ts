import type { ResolvedDatabase } from '../../config/resolved.ts';
import type { ComputeSettings, NeonEndpoint } from './wire-types.ts';

/** Neon's words for how long a compute may idle (`SuspendTimeoutSeconds`). */
const NEVER = -1;
const NEONS_DEFAULT = 0;

/** What is written of a database's compute; what is not written is Neon's to choose. */
export function computeSettings(database: ResolvedDatabase): ComputeSettings {
  const size = database.neon?.size ?? null;
  const seconds = suspendSeconds(database);
  return {
    ...(size === null ? {} : { autoscaling_limit_min_cu: size.min, autoscaling_limit_max_cu: size.max }),
    ...(seconds === null ? {} : { suspend_timeout_seconds: seconds }),
  };
}

/** What must be changed of a compute so that it is as written; null where nothing must. */
export function computeChange(database: ResolvedDatabase, there: NeonEndpoint): ComputeSettings | null {
  const written = computeSettings(database);
  const changed: Record<string, number> = {};
  for (const key of ['autoscaling_limit_min_cu', 'autoscaling_limit_max_cu'] as const) {
    const value = written[key];
    if (value !== undefined && value !== there[key]) changed[key] = value;
  }
  const seconds = written.suspend_timeout_seconds ?? null;
  // One that never sleeps is brought back to Neon's default where sleeping is written without a time.
  const wanted = seconds ?? (there.suspend_timeout_seconds === NEVER ? NEONS_DEFAULT : null);
  if (wanted !== null && wanted !== there.suspend_timeout_seconds)
    changed['suspend_timeout_seconds'] = wanted;
  return Object.keys(changed).length === 0 ? null : changed;
}

function suspendSeconds({ sleep, neon }: ResolvedDatabase): number | null {
  if (sleep === 'never') return NEVER;
  const after = neon?.suspendAfterMs ?? null;
  return after === null ? null : Math.round(after / 1000);
}
