import { z } from 'zod';
import type {
  FlyAccount,
  FlySettings,
  VercelAccount,
  VmDefinition,
} from '../definition/platform-settings.ts';
import { objectOf } from './object-of.ts';
import { VM_SIZES } from '../resolve/fly-sizes.ts';
import { parseDuration } from '../resolve/parse-duration.ts';
import { rule } from './problem.ts';
import { count, duration, memory, notA, region, signal, slug, variableName } from './scalars.ts';

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
  hardened: z.boolean().optional(),
};
