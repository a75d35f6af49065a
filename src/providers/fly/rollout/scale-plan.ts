import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { AppScale } from '../../app-platform.ts';
import { configHash, METADATA } from '../machines/machine-config.ts';
import { byWorth, type SavedMachine } from './rollout-plan.ts';
import { volumeIdOf } from '../volumes/volumes.ts';
import type { MachineConfig } from '../client/wire-types.ts';

/** What scaling does to which machine, in this order. */
export interface ScalePlan {
  /** Each is a copy of `like`. */
  readonly create: readonly {
    readonly region: string;
    readonly number: number;
    readonly like: SavedMachine;
  }[];
  /** The size changes; running ones first, so that what sleeps is not woken early. */
  readonly resize: readonly SavedMachine[];
  readonly remove: readonly SavedMachine[];
}

/** Compares what is there with what is asked for. Throws where there is nothing to copy a new machine from. Pure. */
export function scalePlan(scale: AppScale, machines: readonly SavedMachine[]): ScalePlan {
  const sorted = machines.toSorted(byWorth);
  const inRegion = (region: string): SavedMachine[] => sorted.filter((machine) => machine.region === region);
  const counts = Object.entries(scale.counts);
  const remove = counts.flatMap(([region, count]) => inRegion(region).slice(count));
  const create = counts.flatMap(([region, count]) => {
    const there = inRegion(region);
    const missing = Array.from({ length: Math.max(0, count - there.length) }, (_, index) => index);
    return missing.map((index) => ({
      region,
      number: there.length + index + 1,
      like: there[0] ?? sorted[0] ?? nothingToCopy(scale),
    }));
  });
  const kept = sorted.filter((machine) => !remove.includes(machine));
  const resize = kept.filter((machine) => !hasSize(machine.config, scale.vm));
  const alone = create.length === 0 ? servingAlone(scale, kept, resize) : null;
  if (alone === null) return { create, resize, remove };
  const successor = { region: alone.region, number: inRegion(alone.region).length + 1, like: alone };
  return {
    create: [successor],
    resize: resize.filter((machine) => machine !== alone),
    remove: [...remove, alone],
  };
}

/**
 * The machine that would take the app away while its size changes: the only one that runs. It gets a successor instead,
 * unless it has a volume, which it cannot share, or is a worker, of which there might not be two at once.
 */
function servingAlone(
  scale: AppScale,
  kept: readonly SavedMachine[],
  resize: readonly SavedMachine[],
): SavedMachine | null {
  const [only, ...others] = kept.filter((machine) => machine.state === 'started');
  if (only === undefined || others.length > 0 || !resize.includes(only)) return null;
  return scale.app.port === null || volumeIdOf(only.config) !== null ? null : only;
}

function nothingToCopy(scale: AppScale): never {
  throw new ToolError('PLAN_NOTHING_DEPLOYED', `${scale.platformName} has no machine that could be copied.`, {
    hint: 'Deploy it first: glidepath deploy <environment>',
  });
}

/** Whether a machine of this config has the size that is asked for; any has, when none is asked for. */
export function hasSize(config: MachineConfig, vm: AppScale['vm']): boolean {
  if (vm === null) return true;
  const guest = config['guest'] as { cpu_kind?: string; cpus?: number; memory_mb?: number } | undefined;
  return guest?.cpu_kind === vm.cpuKind && guest.cpus === vm.cpus && guest.memory_mb === vm.memoryMb;
}

/** A machine's own config with the size that is asked for and the key of this work. Pure. */
export function scaledConfig(like: SavedMachine, vm: AppScale['vm'], key: string): MachineConfig {
  const guest = like.config['guest'] as Record<string, unknown> | undefined;
  const config: MachineConfig = {
    ...like.config,
    // The tag that it was made from may have moved since.
    image: like.image ?? like.config.image,
    ...(vm === null
      ? {}
      : { guest: { ...guest, cpu_kind: vm.cpuKind, cpus: vm.cpus, memory_mb: vm.memoryMb } }),
  };
  // Another size is another config: the next deployment must see that it is not the one that was deployed.
  const hash = hasSize(like.config, vm) ? like.config.metadata?.[METADATA.config] : configHash(config, null);
  return {
    ...config,
    metadata: {
      ...like.config.metadata,
      [METADATA.key]: key,
      ...(hash === undefined ? {} : { [METADATA.config]: hash }),
    },
  };
}

/** The config of a copy, with the volume that was made for it in the place of the one it is a copy of. Pure. */
export function withMounts(
  config: MachineConfig,
  mounts: readonly { readonly volume: string; readonly path: string; readonly name: string }[],
): MachineConfig {
  return volumeIdOf(config) === null && mounts.length === 0 ? config : { ...config, mounts: [...mounts] };
}
