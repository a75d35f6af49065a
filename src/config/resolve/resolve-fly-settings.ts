import type { FlySettings, VmDefinition } from '../definition/platform-settings.ts';
import type { StackDefinition } from '../definition/stack-definition.ts';
import type { ResolvedFlyApp } from '../resolved.ts';
import { CANARY_DEFAULTS, FLY_DEFAULTS } from './fly-defaults.ts';
import { cpusOfSize, FLY_CPU_KINDS } from './fly-sizes.ts';
import { lastWritten, mergedSetting, type AppScope } from './layers.ts';
import { parseDuration } from './parse-duration.ts';
import { parseMemory } from './parse-memory.ts';

type FlyPart = Omit<
  ResolvedFlyApp,
  'name' | 'platformName' | 'stack' | 'env' | 'database' | 'migrate' | 'health'
>;

type Cpus = Pick<ResolvedFlyApp['vm'], 'cpuKind' | 'cpus'>;

/** What an app on Fly has beside what every app has. */
export function resolveFlySettings(scope: AppScope, stack: StackDefinition | undefined): FlyPart {
  const { layers, imported } = scope;
  const account = mergedSetting(layers, 'fly') ?? {};
  const regions = resolveRegions(scope);
  const machines = regions.reduce((sum, region) => sum + region.count, 0);
  const portWritten = lastWritten(layers, 'port');
  return {
    platform: 'fly',
    org: account.org ?? FLY_DEFAULTS.org,
    token: account.token ?? FLY_DEFAULTS.token,
    dockerfile: lastWritten(layers, 'dockerfile')?.value ?? null,
    command: lastWritten(layers, 'command')?.value ?? null,
    port: portWritten === null ? (stack?.port ?? null) : portWritten.value,
    regions,
    vm: resolveVm(scope),
    sleep: lastWritten(layers, 'sleep')?.value ?? 'never',
    minMachinesRunning: lastWritten(layers, 'minMachinesRunning')?.value ?? 0,
    concurrency: resolveConcurrency(scope),
    stop: resolveStop(scope),
    strategy: lastWritten(layers, 'strategy')?.value ?? 'rolling',
    maxUnavailable: machineCount(
      lastWritten(layers, 'maxUnavailable')?.value ?? FLY_DEFAULTS.maxUnavailable,
      machines,
    ),
    canary: resolveCanary(scope),
    hardened: lastWritten(layers, 'hardened')?.value ?? false,
    build: resolveBuild(scope),
    volume: resolveVolume(scope),
    domains: lastWritten(layers, 'domains')?.value ?? [],
    flyToml: imported === null ? null : { path: imported.path, extra: imported.extra },
  };
}

function resolveCanary({ layers }: AppScope): ResolvedFlyApp['canary'] {
  const { bake, ...written } = mergedSetting(layers, 'canary') ?? {};
  return {
    ...CANARY_DEFAULTS,
    ...written,
    bakeMs: (bake === undefined ? null : parseDuration(bake)) ?? CANARY_DEFAULTS.bakeMs,
  };
}

function resolveBuild({ layers }: AppScope): ResolvedFlyApp['build'] {
  const { target, args, secrets } = mergedSetting(layers, 'build') ?? {};
  return { target: target ?? null, args: args ?? {}, secrets: secrets ?? [] };
}

function resolveVolume({ layers }: AppScope): ResolvedFlyApp['volume'] {
  const { name, path, size, snapshotRetentionDays } = mergedSetting(layers, 'volume') ?? {};
  if (name === undefined || path === undefined) return null;
  const sizeMb = (size === undefined ? null : parseMemory(size)) ?? FLY_DEFAULTS.volumeSizeMb;
  return { name, path, sizeGb: sizeMb / 1024, snapshotRetentionDays: snapshotRetentionDays ?? null };
}

/** A list gets `instances` machines in each region; an object says the numbers itself. */
function resolveRegions({ layers }: AppScope): { region: string; count: number }[] {
  const written = lastWritten(layers, 'regions')?.value ?? [FLY_DEFAULTS.region];
  if (!isList(written)) return Object.entries(written).map(([region, count]) => ({ region, count }));
  const count = lastWritten(layers, 'instances')?.value ?? 1;
  return written.map((region) => ({ region, count }));
}

function isList(value: NonNullable<FlySettings['regions']>): value is readonly string[] {
  return Array.isArray(value);
}

/** A layer that names CPUs replaces those of the layers before it, and keeps their memory if it names none. */
function resolveVm({ layers }: AppScope): ResolvedFlyApp['vm'] {
  let vm: Cpus = { cpuKind: 'shared', cpus: 1 };
  let memory: string | undefined;
  for (const { settings } of layers) {
    vm = cpusWith(vm, settings.vm ?? {});
    memory = settings.vm?.memory ?? memory;
  }
  const smallest = vm.cpus * FLY_CPU_KINDS[vm.cpuKind].minMbPerCpu;
  return { ...vm, memoryMb: (memory === undefined ? null : parseMemory(memory)) ?? smallest };
}

function cpusWith(before: Cpus, { size, cpuKind, cpus }: VmDefinition): Cpus {
  const sized = size === undefined ? before : cpusOfSize(size);
  return { cpuKind: cpuKind ?? sized.cpuKind, cpus: cpus ?? sized.cpus };
}

function resolveConcurrency({ layers }: AppScope): ResolvedFlyApp['concurrency'] {
  const written = mergedSetting(layers, 'concurrency') ?? {};
  return {
    type: written.type ?? FLY_DEFAULTS.concurrency.type,
    softLimit: written.softLimit ?? FLY_DEFAULTS.concurrency.softLimit,
    hardLimit: written.hardLimit ?? null,
  };
}

function resolveStop({ layers }: AppScope): ResolvedFlyApp['stop'] {
  const written = mergedSetting(layers, 'stop') ?? {};
  return {
    signal: written.signal ?? FLY_DEFAULTS.stop.signal,
    timeoutMs:
      (written.timeout === undefined ? null : parseDuration(written.timeout)) ?? FLY_DEFAULTS.stop.timeoutMs,
  };
}

/** A share of the machines becomes their number, rounded up as flyctl does, and at least one. */
function machineCount(value: number, machines: number): number {
  return value >= 1 ? value : Math.max(1, Math.ceil(machines * value));
}
