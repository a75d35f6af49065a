import type { CheckSpec } from '../../machines/check-probe.ts';
import { parseDuration } from '../../machines/duration.ts';
import { servicesOf } from './machine-config.ts';
import type { MachineCheck, MachineConfig } from './machine-config.ts';

// fly.toml's documented clamps; the defaults are those flyctl writes for a check that names none.
const SERVICE_INTERVAL_MS = { min: 1000, max: 60_000 } as const;
const TOP_INTERVAL_MS_MIN = 2000;
const INTERVAL_DEFAULT_MS = 15_000;
const TIMEOUT_DEFAULT_MS = 5000;
const TIMEOUT_MAX_MS = 60_000;

/** Every check of a config, named as the API names them: by key, or `servicecheck-<nn>-<type>-<port>`. */
export function checkSpecsOf(config: MachineConfig): CheckSpec[] {
  const top = Object.entries(config.checks ?? {}).map(([name, check]) =>
    checkSpec(name, check, { min: TOP_INTERVAL_MS_MIN, max: Number.POSITIVE_INFINITY }),
  );
  let index = 0;
  const ofServices = servicesOf(config).flatMap((service) =>
    (service.checks ?? []).map((check) => {
      const number = String(index++).padStart(2, '0');
      const name = `servicecheck-${number}-${check.type ?? 'tcp'}-${check.port ?? service.internal_port}`;
      return checkSpec(name, check, SERVICE_INTERVAL_MS);
    }),
  );
  return [...top, ...ofServices];
}

function checkSpec(name: string, check: MachineCheck, interval: { min: number; max: number }): CheckSpec {
  const ms = (value: string | number | undefined, fallback: number): number =>
    value === undefined ? fallback : (parseDuration(value) ?? fallback);
  const path = check.path ?? '/';
  return {
    name,
    type: check.type ?? 'tcp',
    intervalMs: Math.min(Math.max(ms(check.interval, INTERVAL_DEFAULT_MS), interval.min), interval.max),
    timeoutMs: Math.min(Math.max(ms(check.timeout, TIMEOUT_DEFAULT_MS), 1), TIMEOUT_MAX_MS),
    graceMs: ms(check.grace_period, 0),
    method: (check.method ?? 'GET').toUpperCase(),
    path: path.startsWith('/') ? path : `/${path}`,
    protocol: check.protocol === 'https' ? 'https' : 'http',
    headers: Object.fromEntries(
      (check.headers ?? []).map((header) => [header.name, header.values.join(', ')]),
    ),
    skipVerify: check.tls_skip_verify ?? false,
    isInformational: check.kind === 'informational',
  };
}
