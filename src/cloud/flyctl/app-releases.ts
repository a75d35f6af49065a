import type { FlyState } from '../fly/fly-state.ts';
import { metadataOf } from '../fly/machines/machine-config.ts';
import type { MachineConfig } from '../fly/machines/machine-config.ts';
import type { ReleaseBook, ReleaseRecord } from './release-book.ts';

/** Where machines say which release they are of (fly-go, machine_types.go). */
const VERSION_KEY = 'fly_release_version';
const RELEASE_ID_KEY = 'fly_release_id';

/** Where releases come from. */
export interface ReleaseSources {
  readonly state: FlyState;
  readonly releases: ReleaseBook;
}

/**
 * The releases of an app, the newest first: those that flyctl made, and those that only the machines tell of, because
 * whoever deployed has no release service to tell. Such a one is complete: its machines are there.
 */
export function releasesOf({ state, releases }: ReleaseSources, app: string): readonly ReleaseRecord[] {
  const told = releases.releasesOf(app);
  const known = new Set(told.map((one) => one.version));
  const seen = new Map<number, ReleaseRecord>();
  for (const machine of state.machinesOf(app)) {
    for (const { config, createdAt } of [
      { config: machine.config, createdAt: machine.createdAt },
      ...machine.versions.map((version) => ({ config: version.config, createdAt: timeOf(version.id) })),
    ]) {
      const record = recordOf(app, config, createdAt);
      if (record === null || known.has(record.version)) continue;
      const other = seen.get(record.version);
      if (other === undefined || other.createdAt > createdAt) seen.set(record.version, record);
    }
  }
  return [...told, ...seen.values()].toSorted((a, b) => b.version - a.version);
}

function recordOf(app: string, config: MachineConfig, createdAt: number): ReleaseRecord | null {
  const metadata = metadataOf(config);
  const version = Number(metadata[VERSION_KEY] ?? Number.NaN);
  // Machines of a release that never came to be, such as for its command, have their own group.
  if (!Number.isInteger(version) || version < 1) return null;
  if ((metadata['fly_process_group'] ?? '').startsWith('fly_app_')) return null;
  return {
    id: metadata[RELEASE_ID_KEY] || `${app}-v${version}`,
    app,
    version,
    status: 'complete',
    strategy: 'ROLLING',
    imageRef: config.image,
    definition: null,
    metadata: null,
    createdAt,
  };
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** When a ULID was made: its first ten characters, in milliseconds. */
function timeOf(ulid: string): number {
  return Array.from(ulid.slice(0, 10)).reduce((sum, char) => sum * 32 + CROCKFORD.indexOf(char), 0);
}
