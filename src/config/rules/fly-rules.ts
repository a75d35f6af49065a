import { machineKeys } from '../fly-toml/machine-keys.ts';
import type { Mistake } from '../mistake.ts';
import { nameHint } from '../did-you-mean.ts';
import type { ResolvedFlyApp } from '../resolved.ts';
import { FLY_CPU_KINDS, FLY_REGIONS } from '../resolve/fly-sizes.ts';
import { isImported } from '../resolve/import-layer.ts';
import type { Layer } from '../resolve/layer.ts';
import { lastWritten, type AppScope } from '../resolve/layers.ts';
import type { CheckedScope } from './checked-scope.ts';
import { conflict, impossible, warning } from './conflict.ts';

/** Fly can write at most this much memory to disk when it suspends a machine. */
const SUSPEND_MEMORY_MB_MAX = 2048;

/** What is wrong with the machines of an app on Fly. */
export function flyRules(scope: CheckedScope): Mistake[] {
  const app = scope.resolved;
  if (app.platform !== 'fly') return [];
  return [
    ...sizeMistakes(scope, app),
    ...vmWordMistakes(scope.layers),
    ...regionMistakes(scope, app),
    ...sleepMistakes(scope, app),
    ...healthMistakes(scope, app),
    ...concurrencyMistakes(scope, app),
  ];
}

function sizeMistakes(scope: AppScope, { vm }: ResolvedFlyApp): Mistake[] {
  const kind = FLY_CPU_KINDS[vm.cpuKind];
  const path = placeOfVm(scope.layers);
  const where = `for ${scope.appName} in ${scope.environmentName}`;
  if (!kind.cpus.includes(vm.cpus)) {
    const hint = `Fly has ${vm.cpuKind} machines with ${kind.cpus.join(', ')} CPUs.`;
    return [
      impossible(path, `asks ${where} for ${vm.cpus} ${vm.cpuKind} CPUs, which Fly does not have`, hint),
    ];
  }
  const [least, most] = [kind.minMbPerCpu * vm.cpus, kind.maxMbPerCpu * vm.cpus];
  if (vm.memoryMb >= least && vm.memoryMb <= most && vm.memoryMb % kind.stepMb === 0) return [];
  return [
    impossible(
      path,
      `asks ${where} for ${vm.memoryMb} MB with ${vm.cpus} ${vm.cpuKind} CPU${vm.cpus === 1 ? '' : 's'}, which Fly does not have`,
      `Choose ${least} to ${most} MB in steps of ${kind.stepMb}, or other cpus.`,
    ),
  ];
}

/** The last place that says anything of the machine's size. */
function placeOfVm(layers: readonly Layer[]): Mistake['path'] {
  return lastWritten(layers, 'vm')?.path ?? [];
}

function vmWordMistakes(layers: readonly Layer[]): Mistake[] {
  return layers
    .filter(({ settings: { vm } }) => vm?.size !== undefined && (vm.cpus ?? vm.cpuKind) !== undefined)
    .map(({ path }) =>
      conflict(
        [...path, 'vm'],
        'says the CPUs twice: by size and by cpus or cpuKind',
        'Keep one of the two.',
      ),
    );
}

function regionMistakes(scope: AppScope, app: ResolvedFlyApp): Mistake[] {
  const regions = lastWritten(scope.layers, 'regions');
  const instances = lastWritten(scope.layers, 'instances');
  const path = regions?.path ?? [];
  const mistakes = app.regions
    .filter(({ region }) => !FLY_REGIONS.includes(region))
    .map(({ region }) =>
      warning(
        path,
        `names the region ${region}, which this version does not know`,
        nameHint(region, FLY_REGIONS, 'regions'),
      ),
    );
  if (instances !== null && regions !== null && !Array.isArray(regions.value)) {
    mistakes.push(
      conflict(
        instances.path,
        'is set, but the regions say how many machines each has',
        "Write the numbers in regions, or regions as a list: ['iad']",
      ),
    );
  }
  return mistakes;
}

function sleepMistakes(scope: AppScope, app: ResolvedFlyApp): Mistake[] {
  const mistakes: Mistake[] = [];
  const sleep = lastWritten(scope.layers, 'sleep');
  const least = lastWritten(scope.layers, 'minMachinesRunning');
  if (sleep !== null && app.sleep === 'suspend' && app.vm.memoryMb > SUSPEND_MEMORY_MB_MAX) {
    mistakes.push(
      conflict(
        sleep.path,
        `is suspend, but ${scope.appName} has ${app.vm.memoryMb} MB in ${scope.environmentName}, and Fly suspends at most 2 GB`,
        "Use sleep: 'when-idle', or less memory.",
      ),
    );
  }
  const swapMb = machineKeys(app.flyToml?.extra ?? {}).keys.swapSizeMb ?? 0;
  if (sleep !== null && app.sleep === 'suspend' && swapMb > 0) {
    mistakes.push(
      conflict(
        sleep.path,
        `is suspend, but ${app.flyToml?.path ?? 'its fly.toml'} gives ${scope.appName} swap, and Fly suspends no machine with swap`,
        "Use sleep: 'when-idle', or take swap_size_mb out.",
      ),
    );
  }
  // A fly.toml may stand for environments in which machines sleep and for others.
  const isWritten = least !== null && !isImported(least.path);
  if (least !== null && isWritten && least.value > 0 && app.sleep === 'never') {
    mistakes.push(
      conflict(
        least.path,
        `is set, but no machine of ${scope.appName} sleeps in ${scope.environmentName}`,
        "Take it out, or use sleep: 'when-idle'.",
      ),
    );
  }
  const [primary] = app.regions;
  if (least !== null && primary !== undefined && least.value > primary.count) {
    mistakes.push(
      conflict(
        least.path,
        `is ${least.value}, but ${scope.appName} has ${primary.count} in its primary region ${primary.region}`,
        'Have more machines there, or keep fewer awake.',
      ),
    );
  }
  return mistakes;
}

function healthMistakes(scope: AppScope, app: ResolvedFlyApp): Mistake[] {
  const { layers, appName } = scope;
  const health = lastWritten(layers, 'health');
  const mistakes: Mistake[] = [];
  if (app.health !== null && app.port === null) {
    mistakes.push(
      conflict(
        health?.path ?? ['apps', appName],
        `asks for ${app.health.path}, but ${appName} has no port`,
        'Add port: 8080, or take health out.',
      ),
    );
  }
  if (app.health === null && app.port !== null && health?.value !== null) {
    mistakes.push(
      warning(
        ['apps', appName],
        'has a port but no health check, so a bad release is only found when it exits',
        "Add health: { path: '/health' }, or health: null if that is meant.",
      ),
    );
  }
  if (app.health === null && (app.strategy === 'bluegreen' || app.strategy === 'canary')) {
    mistakes.push(
      conflict(
        lastWritten(layers, 'strategy')?.path ?? [],
        `is ${app.strategy}, which needs a health check that ${appName} does not have`,
        "Add health: { path: '/health' }, or use strategy: 'rolling'.",
      ),
    );
  }
  return mistakes;
}

function concurrencyMistakes(scope: AppScope, { concurrency }: ResolvedFlyApp): Mistake[] {
  const { softLimit, hardLimit } = concurrency;
  if (hardLimit === null || hardLimit >= softLimit) return [];
  return [
    conflict(
      lastWritten(scope.layers, 'concurrency')?.path ?? [],
      `has a hard limit of ${hardLimit} below the soft limit of ${softLimit}`,
      'Raise hardLimit, or lower softLimit.',
    ),
  ];
}
