import { FLY_AUTOSTOP, FLY_RESTARTS } from '../../config/fly-toml/fly-words.ts';
import { flyDuration } from '../../config/fly-toml/fly-duration.ts';
import type { ResolvedFlyApp } from '../../config/resolved.ts';
import { shellCommand } from '../../util/shell-words.ts';
import type { Json } from '../../util/json.ts';
import type { TomlData } from './write-toml.ts';

/** The process group of Glidepath's machines, which is also the one of a fly.toml that names none. */
const GROUP = 'app';

/** Everything that fly.toml can say of an app, in the order of Fly's own reference. */
export function flyTomlData(
  app: ResolvedFlyApp,
  options: {
    /** From the folder of the fly.toml; null: none is written down. */
    readonly dockerfile: string | null;
    readonly env: Readonly<Record<string, string>>;
  },
): TomlData {
  return withoutNothing({
    // The name of a review app is that of its pull request, and given by hand.
    app: app.platformName.includes('{pr}') ? null : app.platformName,
    primary_region: app.regions[0]?.region ?? null,
    kill_signal: app.stop.signal,
    kill_timeout: flyDuration(app.stop.timeoutMs),
    build: withoutNothing({
      dockerfile: options.dockerfile,
      'build-target': app.build.target,
      args: withoutNothing(app.build.args),
    }),
    deploy: deployData(app),
    env: withoutNothing(options.env),
    processes: app.command === null ? null : { [GROUP]: shellCommand(app.command) },
    http_service: app.port === null ? null : serviceData(app, app.port),
    mounts: mountsData(app),
    vm: [
      {
        size: `${app.vm.cpuKind === 'shared' ? 'shared-cpu' : 'performance'}-${app.vm.cpus}x`,
        memory: `${app.vm.memoryMb}mb`,
      },
    ],
    restart: [FLY_RESTARTS[app.sleep === 'never' ? 'awake' : 'sleeping']],
  });
}

/** Without what is null and without empty tables: they would say nothing. */
function withoutNothing(table: Readonly<Record<string, Json>>): TomlData {
  return Object.fromEntries(
    Object.entries(table).filter(
      ([, value]) =>
        value !== null &&
        (typeof value !== 'object' || Array.isArray(value) || Object.keys(value).length > 0),
    ),
  );
}

function deployData(app: ResolvedFlyApp): TomlData {
  const migrate = app.migrate?.runs === 'release-command' ? app.migrate : null;
  return withoutNothing({
    strategy: app.strategy,
    max_unavailable: app.maxUnavailable,
    wait_timeout: app.health === null ? null : flyDuration(app.health.withinMs),
    release_command: migrate?.command ?? null,
    release_command_timeout: migrate === null ? null : flyDuration(migrate.timeoutMs),
  });
}

function serviceData(app: ResolvedFlyApp, port: number): TomlData {
  const { type, softLimit, hardLimit } = app.concurrency;
  return withoutNothing({
    internal_port: port,
    // As Glidepath's machines: the private address is plain HTTP.
    force_https: false,
    auto_stop_machines: FLY_AUTOSTOP[app.sleep],
    auto_start_machines: app.sleep !== 'never',
    min_machines_running: app.minMachinesRunning,
    // Fly refuses a service without its group as soon as there is a group.
    processes: app.command === null ? null : [GROUP],
    concurrency: withoutNothing({ type, soft_limit: softLimit, hard_limit: hardLimit }),
    checks: checksData(app),
  });
}

function checksData({ health }: ResolvedFlyApp): Json {
  if (health === null) return null;
  return [
    {
      method: 'GET',
      path: health.path,
      interval: flyDuration(health.intervalMs),
      timeout: flyDuration(health.timeoutMs),
      grace_period: flyDuration(health.gracePeriodMs),
    },
  ];
}

function mountsData({ volume }: ResolvedFlyApp): Json {
  if (volume === null) return null;
  return [
    withoutNothing({
      source: volume.name,
      destination: volume.path,
      initial_size: `${volume.sizeGb}gb`,
      snapshot_retention: volume.snapshotRetentionDays,
    }),
  ];
}
