import type { ResolvedDatabase, ResolvedFlyPostgres } from '../../../config/resolved.ts';
import { assert } from '../../../util/assert.ts';
import { APP_GROUP, configHash, METADATA } from '../../fly/machines/machine-config.ts';
import type { MachineConfig, MachineService } from '../../fly/client/wire-types.ts';
import { POSTGRES_PORT } from './private-host.ts';

/** The name of every cluster's volume, as flyctl calls it. */
export const VOLUME_NAME = 'pg_data';
const VOLUME_PATH = '/data';
/** Below the volume: its root holds `lost+found`, and Postgres takes only an empty directory. */
const DATA_PATH = `${VOLUME_PATH}/postgresql`;
/** The secret from which the image takes the superuser's password. */
export const PASSWORD_SECRET = 'POSTGRES_PASSWORD';
/** One CPU takes so much memory at most (Fly, "Machine sizing"). */
const MEMORY_MB_PER_CPU = 2_048;
const SHARED_CPUS = [1, 2, 4, 6, 8] as const;
const MEMORY_MB_DEFAULT = 256;
/** Of the memory, as Postgres' own manual begins with. */
const SHARED_BUFFERS_PART = 4;
/** Everybody is sent away and all is written down: seconds, on a volume that is busy longer. */
const STOP_TIMEOUT = '60s';

/** The config of a cluster's machine. `metadata` is added to what every machine here carries. Pure. */
export function clusterConfig(
  database: ResolvedDatabase,
  volume: string,
  metadata: Readonly<Record<string, string>>,
): MachineConfig {
  const memoryMb = database.memoryMb ?? MEMORY_MB_DEFAULT;
  const base: MachineConfig = {
    image: `postgres:${flyPartOf(database).version}`,
    env: { PGDATA: DATA_PATH, PRIMARY_REGION: database.region ?? '' },
    guest: { cpu_kind: 'shared', cpus: cpusFor(memoryMb), memory_mb: memoryMb },
    init: { cmd: ['postgres', '-c', `shared_buffers=${Math.floor(memoryMb / SHARED_BUFFERS_PART)}MB`] },
    mounts: [{ volume, path: VOLUME_PATH, name: VOLUME_NAME }],
    services: [serviceOf(database)],
    checks: {
      pg: { type: 'tcp', port: POSTGRES_PORT, interval: '15s', timeout: '10s', grace_period: '30s' },
    },
    // One that sleeps has ended by itself from Fly's point of view, and is not to be started for that.
    restart:
      database.sleep === 'when-idle' ? { policy: 'on-failure', max_retries: 10 } : { policy: 'always' },
    // Postgres' "fast shutdown".
    stop_config: { signal: 'SIGINT', timeout: STOP_TIMEOUT },
    auto_destroy: false,
  };
  return {
    ...base,
    metadata: {
      [METADATA.platform]: 'v2',
      [METADATA.processGroup]: APP_GROUP,
      ...metadata,
      [METADATA.config]: configHash(base, null),
    },
  };
}

/** The major version that a machine's image names, or null for another image. */
export function versionIn(image: string): number | null {
  const found = /(?:^|\/)postgres:(\d+)/.exec(image)?.[1];
  return found === undefined ? null : Number(found);
}

/** What only Postgres on Fly has. */
export function flyPartOf(database: ResolvedDatabase): ResolvedFlyPostgres {
  assert(database.fly !== null, `${database.name} is on Fly, so it has settings of Fly`);
  return database.fly;
}

/** Connections are what keeps it awake. The proxy speaks Postgres' own way of asking for TLS, and nothing else of it. */
function serviceOf(database: ResolvedDatabase): MachineService {
  const sleeps = database.sleep === 'when-idle';
  return {
    protocol: 'tcp',
    internal_port: POSTGRES_PORT,
    ports: [{ port: POSTGRES_PORT, handlers: ['pg_tls'] }],
    concurrency: { type: 'connections', soft_limit: 1_000, hard_limit: 1_000 },
    autostart: true,
    autostop: sleeps ? 'stop' : 'off',
    min_machines_running: sleeps ? 0 : 1,
  };
}

function cpusFor(memoryMb: number): number {
  const least = memoryMb / MEMORY_MB_PER_CPU;
  return SHARED_CPUS.find((cpus) => cpus >= least) ?? 8;
}
