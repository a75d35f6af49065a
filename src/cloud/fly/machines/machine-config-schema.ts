import { posix } from 'node:path';
import { z } from 'zod';
import { parseDuration } from '../../machines/duration.ts';
import { guestSchema } from './guest-size.ts';

const duration = z
  .union([z.string(), z.number()])
  .refine((value) => parseDuration(value) !== null, 'must be a duration such as "15s"');
const port = z.int().min(1).max(65_535);
const stringMap = z.record(z.string(), z.string());
const headers = z.array(z.looseObject({ name: z.string(), values: z.array(z.string()) }));

const check = z.looseObject({
  type: z.enum(['tcp', 'http']).optional(),
  port: port.optional(),
  kind: z.enum(['informational', 'readiness']).optional(),
  interval: duration.optional(),
  timeout: duration.optional(),
  grace_period: duration.optional(),
  method: z.string().optional(),
  path: z.string().optional(),
  protocol: z.string().optional(),
  headers: headers.nullish(),
  tls_skip_verify: z.boolean().optional(),
});

const service = z.looseObject({
  protocol: z.enum(['tcp', 'udp']).optional(),
  internal_port: port,
  ports: z.array(z.looseObject({ port: port.nullish(), handlers: z.array(z.string()).nullish() })).nullish(),
  autostart: z.boolean().nullish(),
  autostop: z.union([z.boolean(), z.enum(['off', 'stop', 'suspend'])]).nullish(),
  min_machines_running: z.int().min(0).nullish(),
  concurrency: z
    .looseObject({
      type: z.enum(['connections', 'requests', '']).optional(),
      soft_limit: z.int().min(0).optional(),
      hard_limit: z.int().min(0).optional(),
    })
    .nullish(),
  checks: z.array(check).nullish(),
});

const absolutePath = z
  .string()
  .refine((path) => /^\/[^/]/u.test(path) && posix.normalize(path) === path, 'must be an absolute path');

const mount = z.looseObject({
  volume: z.string().min(1, 'must be the id of a volume'),
  path: absolutePath,
});

const file = z
  .looseObject({
    guest_path: absolutePath,
    raw_value: z.base64().optional(),
    secret_name: z.string().min(1).optional(),
    mode: z.int().min(0).max(0o7777).optional(),
  })
  .refine(
    (value) => (value.raw_value === undefined) !== (value.secret_name === undefined),
    'must have either raw_value or secret_name',
  );

const STOP_SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGKILL', 'SIGUSR1', 'SIGUSR2', 'SIGTERM'] as const;

/** The signals the API lets a machine be stopped with. */
export const stopSignal: z.ZodType<NodeJS.Signals> = z.enum(STOP_SIGNALS);

/** The schema of a machine's config; lets unknown keys through. */
export const machineConfigSchema: z.ZodType = z.looseObject({
  image: z.string().min(1),
  env: stringMap.nullish(),
  metadata: stringMap.nullish(),
  auto_destroy: z.boolean().optional(),
  init: z
    .looseObject({
      exec: z.array(z.string()).nullish(),
      entrypoint: z.array(z.string()).nullish(),
      cmd: z.array(z.string()).nullish(),
    })
    .nullish(),
  guest: guestSchema.nullish(),
  size: z.string().nullish(),
  restart: z
    .looseObject({
      policy: z.enum(['', 'no', 'always', 'on-failure', 'spot-price']).optional(),
      max_retries: z.int().min(0).optional(),
    })
    .nullish(),
  stop_config: z.looseObject({ signal: stopSignal.nullish(), timeout: duration.nullish() }).nullish(),
  schedule: z.string().nullish(),
  mounts: z.array(mount).max(1, 'a machine can have one volume').nullish(),
  files: z.array(file).nullish(),
  services: z.array(service).nullish(),
  checks: z.record(z.string(), check).nullish(),
});
