import { parseDuration } from '../../machines/duration.ts';
import { badRequest, FlyApiError } from '../api-error.ts';
import { guestOfSize, sizedGuest } from './guest-size.ts';
import { machineConfigSchema } from './machine-config-schema.ts';

/** A Go duration string, or nanoseconds. */
type Duration = string | number;

/** One check of a config or of a service. */
export interface MachineCheck {
  readonly type?: 'tcp' | 'http';
  readonly port?: number;
  readonly kind?: 'informational' | 'readiness';
  readonly interval?: Duration;
  readonly timeout?: Duration;
  readonly grace_period?: Duration;
  readonly method?: string;
  readonly path?: string;
  readonly protocol?: string;
  readonly headers?: readonly { readonly name: string; readonly values: readonly string[] }[] | null;
  readonly tls_skip_verify?: boolean;
}

/** One service of a config. */
export interface MachineService {
  readonly internal_port: number;
  readonly ports?: readonly MachinePort[] | null;
  readonly autostart?: boolean | null;
  readonly autostop?: boolean | 'off' | 'stop' | 'suspend' | null;
  readonly min_machines_running?: number | null;
  readonly concurrency?: {
    readonly type?: 'connections' | 'requests' | '';
    readonly soft_limit?: number;
    readonly hard_limit?: number;
  } | null;
  readonly checks?: readonly MachineCheck[] | null;
}

/** A port at which the proxy takes connections for a service, and what it does with them. */
export interface MachinePort {
  readonly port?: number;
  readonly handlers?: readonly string[] | null;
}

/** A volume of a config; there is at most one. */
export interface MachineConfigMount {
  readonly volume: string;
  readonly path: string;
}

/** A file of a config: its contents in base64, or the secret that holds them so. */
export interface MachineConfigFile {
  readonly guest_path: string;
  readonly raw_value?: string;
  readonly secret_name?: string;
  /** As of chmod. */
  readonly mode?: number;
}

/** A machine's config, as stored and as answered. Keys this cloud does not act on are kept as they came. */
export interface MachineConfig {
  readonly image: string;
  readonly env?: Readonly<Record<string, string>> | null;
  readonly metadata?: Readonly<Record<string, string>> | null;
  readonly auto_destroy?: boolean;
  readonly init?: {
    readonly exec?: readonly string[] | null;
    readonly entrypoint?: readonly string[] | null;
    readonly cmd?: readonly string[] | null;
  } | null;
  readonly guest?: { readonly cpu_kind?: string; readonly cpus?: number; readonly memory_mb?: number } | null;
  readonly restart?: {
    readonly policy?: '' | 'no' | 'always' | 'on-failure' | 'spot-price';
    readonly max_retries?: number;
  } | null;
  readonly stop_config?: {
    readonly signal?: NodeJS.Signals | null;
    readonly timeout?: Duration | null;
  } | null;
  readonly schedule?: string | null;
  /** A preset, where no guest is given. */
  readonly size?: string | null;
  readonly mounts?: readonly MachineConfigMount[] | null;
  readonly files?: readonly MachineConfigFile[] | null;
  readonly services?: readonly MachineService[] | null;
  readonly checks?: Readonly<Record<string, MachineCheck>> | null;
  readonly [key: string]: unknown;
}

// What would change what the machine does and cannot be done with a plain process: better refused than ignored.
const UNSUPPORTED = ['containers', 'volumes'] as const;

/** Validates and normalises a config. Throws the API's 400 that names the first wrong key. */
export function parseMachineConfig(input: unknown): MachineConfig {
  const parsed = machineConfigSchema.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw badRequest(
      `invalid config.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a machine config'}`,
    );
  }
  const config = parsed.data as MachineConfig;
  for (const key of UNSUPPORTED) {
    const value = config[key];
    if (Array.isArray(value) && value.length > 0)
      throw new FlyApiError(501, `config.${key} is not supported by the local cloud`);
  }
  return {
    ...config,
    init: config.init ?? {},
    guest: sizedGuest(config.guest ?? (config.size ? guestOfSize(config.size) : {})),
    ...(config.services ? { services: config.services.map(normalizeService) } : {}),
  };
}

/** Fly takes both spellings of autostop and answers booleans for `off` and `stop`. */
function normalizeService(input: MachineService): MachineService {
  const { autostop } = input;
  if (autostop === 'off' || autostop === 'stop') return { ...input, autostop: autostop === 'stop' };
  return input;
}

/** The metadata of a config. */
export function metadataOf(config: MachineConfig): Record<string, string> {
  return config.metadata ?? {};
}

/** The services of a config. */
export function servicesOf(config: MachineConfig): readonly MachineService[] {
  return config.services ?? [];
}

const STOP_TIMEOUT_DEFAULT_MS = 5000;
const STOP_TIMEOUT_MAX_MS = 300_000;

/** How a machine of this config is asked to stop. Defaults of fly.toml's `kill_signal` and `kill_timeout`. */
export function stopOptionsOf(config: MachineConfig): { signal: NodeJS.Signals; timeoutMs: number } {
  return {
    signal: config.stop_config?.signal ?? 'SIGINT',
    timeoutMs: stopTimeoutMs(config.stop_config?.timeout ?? null) ?? STOP_TIMEOUT_DEFAULT_MS,
  };
}

/** A stop timeout in milliseconds, at most Fly's five minutes; null when none or none that can be read is given. */
export function stopTimeoutMs(value: string | number | null): number | null {
  const timeoutMs = value === null ? null : parseDuration(value);
  return timeoutMs === null ? null : Math.min(timeoutMs, STOP_TIMEOUT_MAX_MS);
}
