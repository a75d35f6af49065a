import { z } from 'zod';
import { badRequest, FlyApiError } from '../api-error.ts';

/** What a kind of CPU can be had with; megabytes for each CPU. Source: fly-go, machine presets. */
const KINDS = {
  shared: { cpus: [1, 2, 4, 6, 8], memoryMb: { min: 256, max: 2048, step: 256 } },
  performance: { cpus: [1, 2, 4, 6, 8, 10, 12, 14, 16], memoryMb: { min: 2048, max: 8192, step: 1024 } },
} as const;

type CpuKind = keyof typeof KINDS;

/** The schema of a guest; whether there is such a size is said by {@link sizedGuest}. */
export const guestSchema: z.ZodType<GuestInput> = z.looseObject({
  cpu_kind: z.string().optional(),
  cpus: z.int().optional(),
  memory_mb: z.int().optional(),
});

/** The size of a machine. */
export interface GuestSize {
  readonly cpu_kind: string;
  readonly cpus: number;
  readonly memory_mb: number;
}

/** The size of a machine as it is asked for. */
interface GuestInput {
  readonly cpu_kind?: string | undefined;
  readonly cpus?: number | undefined;
  readonly memory_mb?: number | undefined;
}

/** A guest with the smallest size filled in for what it leaves out. Throws the API's 400 for a size that there is not. */
export function sizedGuest<Guest extends GuestInput>(guest: Guest): Guest & GuestSize {
  const kind = guest.cpu_kind || 'shared';
  const limits = KINDS[kind as CpuKind] as (typeof KINDS)[CpuKind] | undefined;
  if (limits === undefined) throw invalid(`cpu_kind "${kind}": must be ${Object.keys(KINDS).join(' or ')}`);
  const cpus = guest.cpus || 1;
  if (!limits.cpus.some((count) => count === cpus))
    throw invalid(`cpus ${cpus}: must be one of ${limits.cpus.join(', ')} for ${kind}`);
  const { min, max, step } = limits.memoryMb;
  const memory = guest.memory_mb || min * cpus;
  if (memory < min * cpus || memory > max * cpus || memory % step !== 0)
    throw invalid(
      `memory_mb ${memory}: must be ${min * cpus} to ${max * cpus} in steps of ${step} for ${cpus} ${kind} CPUs`,
    );
  if ('gpu_kind' in guest && guest['gpu_kind'])
    throw new FlyApiError(501, 'config.guest.gpu_kind is not supported by the local cloud');
  return { ...guest, cpu_kind: kind, cpus, memory_mb: memory };
}

/** The guest that a preset's name stands for, such as `shared-cpu-2x`. Throws the API's 400. */
export function guestOfSize(size: string): GuestSize {
  const [, kind = '', cpus = ''] = /^(shared-cpu|performance)-(\d+)x$/u.exec(size) ?? [];
  if (kind === '') throw badRequest(`invalid config.size: "${size}" is no size`);
  return sizedGuest({ cpu_kind: kind === 'shared-cpu' ? 'shared' : kind, cpus: Number(cpus) });
}

function invalid(what: string): FlyApiError {
  return badRequest(`invalid config.guest.${what}`);
}
