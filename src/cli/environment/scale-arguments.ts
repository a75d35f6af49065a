import { nameHint } from '../../config/did-you-mean.ts';
import type { ResolvedFlyApp } from '../../config/resolved.ts';
import { cpusOfSize, FLY_CPU_KINDS, FLY_REGIONS, VM_SIZES } from '../../config/resolve/fly-sizes.ts';
import { parseMemory } from '../../config/resolve/parse-memory.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { sizeOf, type MachineSize } from '../../pipeline/drift.ts';
import type { ScaleChange } from '../../plan/plan.ts';
import type { ObservedMachine } from '../../providers/app-platform.ts';

/** How a scaling is typed. */
export interface ScaleArguments {
  /** `iad=3`, or `3` where there is but one region. */
  readonly counts: readonly string[];
  readonly vm: string | null;
  readonly memory: string | null;
}

/** More machines in one region than this is a slip of the finger, and a dear one. */
const COUNT_MAX = 200;
const FORM = 'glidepath scale <environment> <app> --count iad=3 --vm shared-cpu-2x --memory 1gb';

/**
 * What a scaling asks for, checked against what Fly has. Throws CLI_USAGE for everything else. The size that is not
 * named comes from the machines that run, or else from the config. Pure.
 */
export function parseScale(
  typed: ScaleArguments,
  app: ResolvedFlyApp,
  machines: readonly ObservedMachine[],
): ScaleChange {
  if (typed.counts.length === 0 && typed.vm === null && typed.memory === null) {
    throw usage('Nothing to change.', FORM);
  }
  const counts = new Map<string, number>();
  for (const text of typed.counts) {
    const [region, count] = parseCount(text, app, machines);
    if (counts.has(region)) throw usage(`${region} is named twice.`, FORM);
    counts.set(region, count);
  }
  return { counts: Object.fromEntries(counts), vm: parseSize(typed, app, machines) };
}

/** How many machines the app has afterwards. Pure. */
export function machinesAfter({ counts }: ScaleChange, machines: readonly ObservedMachine[]): number {
  const untouched = machines.filter((machine) => counts[machine.region] === undefined).length;
  return Object.values(counts).reduce((sum, count) => sum + count, untouched);
}

/** Whether everything is as it is asked for already. Pure. */
export function isScaledSo({ counts, vm }: ScaleChange, machines: readonly ObservedMachine[]): boolean {
  const hasCounts = Object.entries(counts).every(
    ([region, count]) => machines.filter((machine) => machine.region === region).length === count,
  );
  return hasCounts && (vm === null || machines.every((machine) => isSameSize(sizeOf(machine), vm)));
}

function parseCount(
  text: string,
  app: ResolvedFlyApp,
  machines: readonly ObservedMachine[],
): [region: string, count: number] {
  const used = [...new Set([...app.regions, ...machines].map(({ region }) => region))];
  const [, named, number] = /^(?:([^=]+)=)?(-?\d+)$/.exec(text) ?? [];
  if (number === undefined)
    throw usage(`"${text}" is not a machine count for a region.`, 'Write it like iad=3.');
  const count = Number(number);
  if (count < 0 || count > COUNT_MAX)
    throw usage(`"${number}" is not a number of machines.`, `From 0 to ${COUNT_MAX}.`);
  const region = named ?? (used.length === 1 ? used[0] : undefined);
  if (region === undefined) {
    throw usage(
      `${text} machine${count === 1 ? '' : 's'} where? ${app.name} has several regions.`,
      `Name it: ${used.map((each) => `${each}=${text}`).join(' ')}`,
    );
  }
  const known = [...new Set([...used, ...FLY_REGIONS])];
  if (!known.includes(region)) {
    throw usage(`There is no region "${region}".`, nameHint(region, known, 'regions'));
  }
  return [region, count];
}

function parseSize(
  typed: ScaleArguments,
  app: ResolvedFlyApp,
  machines: readonly ObservedMachine[],
): MachineSize | null {
  if (typed.vm === null && typed.memory === null) return null;
  const present = machines.map(sizeOf).find((size) => size !== null) ?? app.vm;
  const size = typed.vm === null ? undefined : VM_SIZES.find((known) => known === typed.vm);
  if (typed.vm !== null && size === undefined) {
    throw usage(`There is no size "${typed.vm}".`, nameHint(typed.vm, VM_SIZES, 'sizes'));
  }
  const cpus = size === undefined ? { cpuKind: present.cpuKind, cpus: present.cpus } : cpusOfSize(size);
  const kind = FLY_CPU_KINDS[cpus.cpuKind];
  const [least, most] = [kind.minMbPerCpu * cpus.cpus, kind.maxMbPerCpu * cpus.cpus];
  // As much as it has, where the new size allows that.
  if (typed.memory === null) return { ...cpus, memoryMb: Math.min(most, Math.max(least, present.memoryMb)) };
  const memoryMb = parseMemory(typed.memory);
  if (memoryMb === null)
    throw usage(`"${typed.memory}" is not a memory size.`, 'Write it like 512mb or 1gb.');
  if (memoryMb >= least && memoryMb <= most && memoryMb % kind.stepMb === 0) return { ...cpus, memoryMb };
  throw usage(
    `Fly has no machine with ${cpus.cpus} ${cpus.cpuKind} CPU${cpus.cpus === 1 ? '' : 's'} and ${memoryMb} MB.`,
    `From ${least} to ${most} MB in steps of ${kind.stepMb}, or another --vm.`,
  );
}

function isSameSize(one: MachineSize | null, other: MachineSize): boolean {
  if (one === null) return false;
  return one.cpuKind === other.cpuKind && one.cpus === other.cpus && one.memoryMb === other.memoryMb;
}

function usage(message: string, hint: string): ToolError {
  return new ToolError('CLI_USAGE', message, { hint });
}
