const SHARED_CPUS = [1, 2, 4, 6, 8] as const;
const PERFORMANCE_CPUS = [1, 2, 4, 6, 8, 10, 12, 14, 16] as const;

/** Fly's names of machine sizes. */
export type VmSize =
  | `shared-cpu-${(typeof SHARED_CPUS)[number]}x`
  | `performance-${(typeof PERFORMANCE_CPUS)[number]}x`;

/** What a kind of CPU allows; megabytes per CPU. */
export interface CpuKindLimits {
  readonly cpus: readonly number[];
  readonly minMbPerCpu: number;
  readonly maxMbPerCpu: number;
  readonly stepMb: number;
}

/** Fly's presets: `shared-cpu-{1,2,4,6,8}x` and `performance-{1,2,4…16}x`, with the memory that each CPU may have. */
export const FLY_CPU_KINDS: Readonly<Record<'shared' | 'performance', CpuKindLimits>> = {
  shared: { cpus: SHARED_CPUS, minMbPerCpu: 256, maxMbPerCpu: 2048, stepMb: 256 },
  performance: { cpus: PERFORMANCE_CPUS, minMbPerCpu: 2048, maxMbPerCpu: 8192, stepMb: 1024 },
};

/** Every size by its name. */
export const VM_SIZES: readonly VmSize[] = [
  ...SHARED_CPUS.map((cpus) => `shared-cpu-${cpus}x` as const),
  ...PERFORMANCE_CPUS.map((cpus) => `performance-${cpus}x` as const),
];

/** The kind and the number of CPUs that a size stands for. */
export function cpusOfSize(size: VmSize): { cpuKind: 'shared' | 'performance'; cpus: number } {
  return {
    cpuKind: size.startsWith('shared') ? 'shared' : 'performance',
    cpus: Number(/(\d+)x$/.exec(size)?.[1]),
  };
}

/** Fly's regions (`GET /v1/platform/regions`); a region that is not among them is only warned of. */
export const FLY_REGIONS: readonly string[] = [
  'ams',
  'arn',
  'bom',
  'cdg',
  'dfw',
  'ewr',
  'fra',
  'gru',
  'iad',
  'jnb',
  'lax',
  'lhr',
  'nrt',
  'ord',
  'sin',
  'sjc',
  'syd',
  'yyz',
];
