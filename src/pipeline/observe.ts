import type { ResolvedEnvironment } from '../config/resolved.ts';
import type { Observed, ObservedEnvironment } from '../plan/plan.ts';
import type { AppPlatformReader } from '../providers/app-platform.ts';
import type { History } from './history.ts';

/** What observing needs: handles that cannot write, or null where there is no token or no support. */
export interface Readers {
  readerOf(environment: ResolvedEnvironment): AppPlatformReader | null;
  readonly history: Pick<History, 'live'>;
}

/**
 * Reads the world for a plan. Only handles without a writing method are used, and their transport refuses everything
 * but reading (invariant 9).
 */
export async function observe(wanted: readonly ResolvedEnvironment[], readers: Readers): Promise<Observed> {
  const environments: Record<string, ObservedEnvironment> = {};
  for (const environment of wanted) {
    const observed = await observeEnvironment(environment, readers);
    if (observed !== null) environments[environment.name] = observed;
  }
  return { environments };
}

async function observeEnvironment(
  environment: ResolvedEnvironment,
  readers: Readers,
): Promise<ObservedEnvironment | null> {
  const reader = readers.readerOf(environment);
  if (reader === null) return null;
  const apps: Record<string, { machines: number } | null> = {};
  for (const app of environment.apps) {
    if (app.platform !== 'fly') continue;
    const observed = await reader.observeApp(app.platformName);
    apps[app.name] = observed === null ? null : { machines: observed.machines.length };
  }
  const databases: Record<string, boolean> = {};
  for (const database of environment.databases) {
    if (database.provider === 'fly-postgres')
      databases[database.name] = await reader.observeDatabase(database);
  }
  const live = readers.history.live(environment.name)?.release ?? null;
  return { liveRelease: live === null ? null : { id: live.id, commit: live.commit }, apps, databases };
}
