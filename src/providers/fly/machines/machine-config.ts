import { createHash } from 'node:crypto';
import { FLY_RESTARTS } from '../../../config/fly-toml/fly-words.ts';
import { machineKeys, type MachineKeys } from '../../../config/fly-toml/machine-keys.ts';
import type { ResolvedFlyApp } from '../../../config/resolved.ts';
import type { MachineCheck, MachineConfig, MachineService } from '../client/wire-types.ts';

/** What a machine's config is made of. */
export interface ConfigInput {
  readonly app: ResolvedFlyApp;
  /** `repository@sha256:…`. */
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  readonly releaseId: string;
  readonly commit: string;
  /** Rises with each deployment, as flyctl counts releases. */
  readonly releaseVersion: number;
  /** Recognizes what this deployment made, after a crash or a lost answer. */
  readonly key: string;
  readonly secretsVersion: number | null;
  /** The machine's own volume, as `mounts` of its config; absent or empty without one. */
  readonly mounts?: readonly unknown[];
}

/** Metadata keys that this provider writes. The first three let `fly deploy` adopt the machines later. */
export const METADATA = {
  platform: 'fly_platform_version',
  processGroup: 'fly_process_group',
  releaseVersion: 'fly_release_version',
  release: 'glidepath_release',
  commit: 'glidepath_commit',
  key: 'glidepath_key',
  /** Whose it is, and until when: set on machines of what disappears by itself. */
  environment: 'glidepath_environment',
  expires: 'glidepath_expires',
  /** Hash of everything else in the config: the platform may answer a config in another form than it was sent. */
  config: 'glidepath_config',
} as const;

/** The process group of an app's own machines. */
export const APP_GROUP = 'app';
/** The reserved process group of temporary machines that run a release command (fly-go's own name for it). */
export const RELEASE_COMMAND_GROUP = 'fly_app_release_command';

/** The config of a machine that serves an app. Pure. */
export function appMachineConfig(input: ConfigInput): MachineConfig {
  const { app } = input;
  const imported = importedKeys(app);
  const base: MachineConfig = {
    image: input.image,
    env: { ...flyEnv(app, APP_GROUP), ...input.env },
    guest: guestOf(app),
    init: { ...(app.command === null ? {} : { cmd: [...app.command] }), ...swapOf(imported) },
    restart: restartOf(app, imported),
    stop_config: { signal: app.stop.signal, timeout: goDuration(app.stop.timeoutMs) },
    auto_destroy: false,
    services: app.port === null ? [] : [serviceOf(app, app.port, imported)],
    ...filesOf(imported),
    ...(imported.statics.length === 0 ? {} : { statics: imported.statics }),
    ...(imported.metrics === null ? {} : { metrics: imported.metrics }),
    ...(input.mounts === undefined || input.mounts.length === 0 ? {} : { mounts: [...input.mounts] }),
  };
  return { ...base, metadata: metadataFor(input, APP_GROUP, base) };
}

/** The config of the temporary machine that runs a release command: no services, no checks, no restart. Pure. */
export function releaseCommandConfig(input: ConfigInput, command: readonly string[]): MachineConfig {
  const imported = importedKeys(input.app);
  const base: MachineConfig = {
    image: input.image,
    env: { ...flyEnv(input.app, RELEASE_COMMAND_GROUP), ...input.env, RELEASE_COMMAND: '1' },
    guest: guestOf(input.app),
    // An absolute path is the program itself: an entrypoint of the image must not get in between.
    init: {
      ...(command[0]?.startsWith('/') === true ? { exec: [...command] } : { cmd: [...command] }),
      ...swapOf(imported),
    },
    restart: { policy: 'no' },
    stop_config: { signal: input.app.stop.signal, timeout: goDuration(input.app.stop.timeoutMs) },
    auto_destroy: false,
    dns: { skip_registration: true },
    services: [],
    ...filesOf(imported),
  };
  return { ...base, metadata: metadataFor(input, RELEASE_COMMAND_GROUP, base) };
}

/** A duration as the Machines API takes it: a Go string. */
function goDuration(ms: number): string {
  return `${Math.round(ms)}ms`;
}

/** Whether machines of this config have checks to pass. */
export function checkCount(config: MachineConfig): number {
  const ofServices = (config.services ?? []).flatMap((service) => service.checks ?? []);
  return ofServices.length + Object.keys(config.checks ?? {}).length;
}

/** Every check of a config. */
export function checksOf(config: MachineConfig): readonly MachineCheck[] {
  return [
    ...(config.services ?? []).flatMap((service) => service.checks ?? []),
    ...Object.values(config.checks ?? {}),
  ];
}

/** Whether the proxy routes to machines of this config. */
export function isRouted(config: MachineConfig): boolean {
  return (config.services ?? []).length > 0;
}

/** A metadata value of a config, or null. */
export function metadataOf(config: MachineConfig, key: keyof typeof METADATA): string | null {
  return config.metadata?.[METADATA[key]] ?? null;
}

function flyEnv(app: ResolvedFlyApp, group: string): Record<string, string> {
  return {
    ...(app.port === null ? {} : { PORT: String(app.port) }),
    FLY_PROCESS_GROUP: group,
    PRIMARY_REGION: app.regions[0]?.region ?? '',
  };
}

function guestOf(app: ResolvedFlyApp): { cpu_kind: string; cpus: number; memory_mb: number } {
  return { cpu_kind: app.vm.cpuKind, cpus: app.vm.cpus, memory_mb: app.vm.memoryMb };
}

/** What the fly.toml that the settings start from asks of machines beyond them. */
function importedKeys(app: ResolvedFlyApp): MachineKeys {
  return machineKeys(app.flyToml?.extra ?? {}).keys;
}

function swapOf({ swapSizeMb }: MachineKeys): { swap_size_mb?: number } {
  return swapSizeMb === null ? {} : { swap_size_mb: swapSizeMb };
}

function filesOf({ files }: MachineKeys): { files?: MachineKeys['files'] } {
  return files.length === 0 ? {} : { files };
}

/** As the imported fly.toml says; what it leaves open, as in the fly.toml that is generated (`FLY_RESTARTS`). */
function restartOf(app: ResolvedFlyApp, { restart }: MachineKeys): { policy: string; max_retries?: number } {
  // An app that may sleep may also end by itself when idle; only a crash is to be restarted then.
  const own = FLY_RESTARTS[app.sleep === 'never' ? 'awake' : 'sleeping'];
  const policy = restart?.policy ?? own.policy;
  const retries = restart?.retries ?? FLY_RESTARTS.sleeping.retries;
  // The API's own word for flyctl's `never`. Retries count only after a failure (OpenAPI, `fly.MachineRestart`).
  if (policy !== 'on-failure') return { policy: policy === 'never' ? 'no' : policy };
  return { policy, max_retries: retries };
}

/** One TCP service on 80 and 443. No `force_https` unless it is asked for: the private address (`.flycast`) is plain HTTP. */
function serviceOf(app: ResolvedFlyApp, port: number, { forceHttps }: MachineKeys): MachineService {
  const { type, softLimit, hardLimit } = app.concurrency;
  return {
    protocol: 'tcp',
    internal_port: port,
    ports: [
      { port: 80, handlers: ['http'], ...(forceHttps === true ? { force_https: true } : {}) },
      { port: 443, handlers: ['tls', 'http'] },
    ],
    concurrency: { type, soft_limit: softLimit, ...(hardLimit === null ? {} : { hard_limit: hardLimit }) },
    autostop: AUTOSTOP[app.sleep],
    autostart: app.sleep !== 'never',
    min_machines_running: app.minMachinesRunning,
    checks: [checkOf(app, port)],
  };
}

const AUTOSTOP = { 'when-idle': 'stop', suspend: 'suspend', never: 'off' } as const;

/** An app with a port and no health path is at least asked whether it listens. */
function checkOf(app: ResolvedFlyApp, port: number): MachineCheck {
  if (app.health === null) {
    return { type: 'tcp', port, interval: '2s', timeout: '2s', grace_period: '1s' };
  }
  return {
    type: 'http',
    port,
    method: 'GET',
    path: app.health.path,
    interval: goDuration(app.health.intervalMs),
    timeout: goDuration(app.health.timeoutMs),
    grace_period: goDuration(app.health.gracePeriodMs),
  };
}

function metadataFor(input: ConfigInput, group: string, config: MachineConfig): Record<string, string> {
  return {
    [METADATA.platform]: 'v2',
    [METADATA.processGroup]: group,
    [METADATA.releaseVersion]: String(input.releaseVersion),
    [METADATA.release]: input.releaseId,
    [METADATA.commit]: input.commit,
    [METADATA.key]: input.key,
    [METADATA.config]: configHash(config, input.secretsVersion),
  };
}

/** A hash of a config without its metadata, and of the secrets it is to start with. */
export function configHash(config: MachineConfig, secretsVersion: number | null): string {
  const { metadata: _, ...rest } = config;
  const text = canonical({ config: rest, secretsVersion });
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** JSON with sorted keys: the same content gives the same text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
