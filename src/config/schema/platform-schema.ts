import { z } from 'zod';
import type {
  CanaryDefinition,
  FlyAccount,
  FlySettings,
  ImageBuildDefinition,
  VercelAccount,
  VmDefinition,
  VolumeDefinition,
} from '../definition/platform-settings.ts';
import { objectOf } from './object-of.ts';
import { VM_SIZES } from '../resolve/fly-sizes.ts';
import { parseDuration } from '../resolve/parse-duration.ts';
import { parseMemory } from '../resolve/parse-memory.ts';
import { rule } from './problem.ts';
import { count, duration, memory, notA, region, signal, slug, text, variableName } from './scalars.ts';

/** Fly gives a machine at most this long to stop (`kill_timeout`). */
const STOP_TIMEOUT_MS_MAX = 300_000;

/** The account on Fly.io. */
export const flyAccountSchema: z.ZodType = objectOf<FlyAccount>({
  org: slug.optional(),
  token: variableName.optional(),
});

/** The account on Vercel. */
export const vercelAccountSchema: z.ZodType = objectOf<VercelAccount>({
  token: variableName.optional(),
  orgId: variableName.optional(),
  projectId: variableName.optional(),
  target: z.enum(['production', 'preview']).optional(),
});

const stopTimeout = rule(duration, (text) =>
  (parseDuration(text) ?? 0) > STOP_TIMEOUT_MS_MAX
    ? { says: `is ${text}, longer than Fly waits for a machine to stop`, hint: 'Write at most 300s.' }
    : null,
);

const regionList = rule(z.array(region), (regions) => {
  if (regions.length === 0) return { says: 'is empty', hint: "Name at least one region: ['iad']" };
  const twice = regions.find((name, index) => regions.indexOf(name) !== index);
  return twice === undefined
    ? null
    : {
        says: `names ${twice} twice`,
        hint: `For more machines in a region write their number: { ${twice}: 2 }`,
      };
});

const regionCounts = rule(z.record(region, count(1)), (counts) =>
  Object.keys(counts).length === 0
    ? { says: 'is empty', hint: 'Name at least one region: { iad: 1 }' }
    : null,
);

const share = rule(z.number(), (value) =>
  value >= 0 && value <= 1 ? null : notA(value, 'a share', 'Write a number from 0 to 1: 0.01'),
);

const ratio = rule(z.number(), (value) =>
  value >= 1 ? null : notA(value, 'a ratio', 'Write a number from 1 up: 1.5'),
);

const volumeName = rule(z.string(), (name) =>
  /^[a-z0-9_]{1,30}$/.test(name)
    ? null
    : notA(name, 'a name of a volume', 'Small letters, digits and underscores, at most 30: data'),
);

const mountPath = rule(z.string(), (path) =>
  /^\/[^\s]+$/.test(path) ? null : notA(path, 'a path of a volume', "Write an absolute path: '/data'"),
);

/** Fly's volumes have whole gigabytes, 1 to 500 (fly.io/docs/volumes/overview). */
const volumeSize = rule(memory, (text) => {
  const mb = parseMemory(text) ?? 0;
  return mb % 1024 === 0 && mb >= 1024 && mb <= 500 * 1024
    ? null
    : notA(text, 'a size of a volume', 'Write whole gigabytes, 1gb to 500gb.');
});

const retentionDays = rule(count(1), (days) =>
  days <= 60 ? null : notA(days, 'a number of days that Fly keeps snapshots', 'Write 1 to 60.'),
);

/** How an image is built from its Dockerfile. */
export const imageBuildSchema: z.ZodType = objectOf<ImageBuildDefinition>({
  target: text.optional(),
  args: z.record(variableName, z.string()).optional(),
  secrets: z.array(variableName).optional(),
});

/** Custom domains: full host names, or a wildcard one level deep. */
export const domainsSchema: z.ZodType = z.array(
  rule(z.string(), (name) =>
    /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/.test(name)
      ? null
      : notA(name, 'a domain', "Write the host name alone, in small letters: 'app.example.com'"),
  ),
);

/** Settings of Fly machines, as fields for the objects that have them. */
export const flySettings: { readonly [K in keyof Required<FlySettings>]: z.ZodType } = {
  regions: z.union([regionList, regionCounts]).optional(),
  instances: count(1).optional(),
  sleep: z.enum(['when-idle', 'suspend', 'never']).optional(),
  minMachinesRunning: count(0).optional(),
  vm: objectOf<VmDefinition>({
    size: z.enum(VM_SIZES).optional(),
    cpuKind: z.enum(['shared', 'performance']).optional(),
    cpus: count(1).optional(),
    memory: memory.optional(),
  }).optional(),
  concurrency: objectOf<NonNullable<FlySettings['concurrency']>>({
    type: z.enum(['requests', 'connections']).optional(),
    softLimit: count(1).optional(),
    hardLimit: count(1).nullable().optional(),
  }).optional(),
  stop: objectOf<NonNullable<FlySettings['stop']>>({
    signal: signal.optional(),
    timeout: stopTimeout.optional(),
  }).optional(),
  strategy: z.enum(['rolling', 'bluegreen', 'canary', 'immediate']).optional(),
  maxUnavailable: rule(z.number(), (value) =>
    value > 0 && (value < 1 || Number.isInteger(value))
      ? null
      : notA(value, 'a number of machines', 'Write a whole number from 1 up, or a share below 1: 0.33'),
  ).optional(),
  canary: objectOf<CanaryDefinition>({
    bake: duration.optional(),
    maxErrorRate: share.optional(),
    maxLatencyRatio: ratio.optional(),
    minRequests: count(0).optional(),
  }).optional(),
  hardened: z.boolean().optional(),
  volume: objectOf<VolumeDefinition>({
    name: volumeName,
    path: mountPath,
    size: volumeSize.optional(),
    snapshotRetentionDays: retentionDays.optional(),
  })
    .nullable()
    .optional(),
};
