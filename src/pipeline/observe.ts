import type { ResolvedDatabase, ResolvedEnvironment, ResolvedFlyApp } from '../config/resolved.ts';
import type { Observed, ObservedEnvironment } from '../plan/plan.ts';
import type { AppPlatformReader, ObservedApp } from '../providers/app-platform.ts';
import type { DatabasePlatformReader } from '../providers/database-platform.ts';
import type { Clock } from '../util/clock.ts';
import { appDrift, driftWords } from './drift.ts';
import type { History } from './history.ts';
import { probeLine } from './probe/probe-words.ts';
import type { Release } from './release.ts';

/** What observing needs: handles that cannot write, or null where there is no token or no support. */
export interface Readers {
  readerOf(environment: ResolvedEnvironment): AppPlatformReader | null;
  databaseReaderOf(database: ResolvedDatabase): DatabasePlatformReader | null;
  readonly history: Pick<History, 'live' | 'latestProbe'>;
  readonly clock: Pick<Clock, 'now'>;
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
  const live = readers.history.live(environment.name)?.release ?? null;
  const apps: Record<string, ObservedEnvironment['apps'][string]> = {};
  for (const app of environment.apps) {
    if (app.platform !== 'fly') continue;
    const observed = await reader.observeApp(app.platformName);
    apps[app.name] = observed === null ? null : stateOf(app, observed, live);
  }
  const databases: Record<string, boolean> = {};
  for (const database of environment.databases) {
    if (database.provider === 'external') continue;
    const databaseReader = readers.databaseReaderOf(database);
    if (databaseReader === null) continue;
    databases[database.name] = (await databaseReader.observe(database)) !== null;
  }
  const liveRelease = live === null ? null : { id: live.id, commit: live.commit };
  return { liveRelease, apps, databases, probes: probesOf(environment, readers) };
}

/** What the last probe of each database showed. */
function probesOf(
  { name, databases }: ResolvedEnvironment,
  { history, clock }: Readers,
): Record<string, string> {
  const probes: Record<string, string> = {};
  for (const database of databases) {
    const probe = history.latestProbe(name, database.name);
    if (probe === null) continue;
    const ago = agoWords(clock.now() - probe.at);
    probes[database.name] = `probed ${ago} at ${probe.commit.slice(0, 7)}: ${probeLine(probe)}`;
  }
  return probes;
}

const MINUTE_MS = 60_000;

/** `3 min ago`: nobody needs the seconds. */
function agoWords(ms: number): string {
  const minutes = Math.round(ms / MINUTE_MS);
  if (minutes < 1) return 'just now';
  if (minutes < 120) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.round(hours / 24)} days ago`;
}

/** What runs, and how it differs from what is written; of an app that was never deployed nothing differs. */
function stateOf(
  app: ResolvedFlyApp,
  { machines }: ObservedApp,
  live: Release | null,
): NonNullable<ObservedEnvironment['apps'][string]> {
  // Another image is what a deployment is for, and not worth a word.
  const drift = live === null ? [] : appDrift(app, machines, null).map(driftWords);
  return {
    machines: machines.length,
    drift: drift.map(({ written, there }) => `${there} now, ${written} written`),
  };
}
