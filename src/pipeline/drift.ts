import type { ResolvedFlyApp } from '../config/resolved.ts';
import type { ObservedMachine } from '../providers/app-platform.ts';

/** One way in which an app differs from what is written in the config, or from the release that is on record. */
export type Difference =
  | { readonly kind: 'count'; readonly region: string; readonly written: number; readonly there: number }
  | {
      readonly kind: 'size';
      readonly written: MachineSize;
      readonly there: MachineSize;
      readonly machines: Ids;
    }
  | {
      readonly kind: 'sleep';
      readonly written: ResolvedFlyApp['sleep'];
      readonly there: ResolvedFlyApp['sleep'];
      readonly machines: Ids;
    }
  /** They take no requests until they are uncordoned. */
  | { readonly kind: 'cordoned'; readonly machines: Ids }
  /** Another image than that of the live release; `release` is what they say that they run. */
  | { readonly kind: 'image'; readonly release: string | null; readonly machines: Ids };

type Ids = readonly string[];

/** What a machine has. */
export type MachineSize = ResolvedFlyApp['vm'];

/**
 * How what runs of an app differs from what is written. `liveDigest` is the image of the release on record; null when
 * it is not known here. A deployment makes every one of these go. What is on a lost host is another matter: see
 * `lostMachines`. Pure.
 */
export function appDrift(
  app: ResolvedFlyApp,
  observed: readonly ObservedMachine[],
  liveDigest: string | null,
): Difference[] {
  const machines = observed.filter((machine) => machine.reachable);
  const cordoned = machines.filter((machine) => machine.cordoned);
  return [
    ...countDifferences(app, machines, lostMachines(observed)),
    ...sizeDifferences(app, machines),
    ...sleepDifferences(app, machines),
    ...(cordoned.length === 0 ? [] : [{ kind: 'cordoned' as const, machines: idsOf(cordoned) }]),
    ...imageDifferences(machines, liveDigest),
  ];
}

/** Machines on hosts that the platform cannot reach: they serve nobody, and are back when their hosts are. Pure. */
export function lostMachines(machines: readonly ObservedMachine[]): ObservedMachine[] {
  return machines.filter((machine) => !machine.reachable);
}

/** The settings of the app in its environment that would say what is there; empty when none would. Pure. */
export function settingsToWrite(
  app: ResolvedFlyApp,
  machines: readonly ObservedMachine[],
  drift: readonly Difference[],
): string[] {
  const lines: string[] = [];
  if (drift.some((one) => one.kind === 'count')) {
    const known = app.regions.map(({ region }) => region);
    const regions = [...new Set([...known, ...machines.map((machine) => machine.region)])];
    const counts = regions
      .map((region) => ({ region, count: inRegion(machines, region) }))
      .filter(({ region, count }) => count > 0 || known[0] === region)
      .map(({ region, count }) => `${region}: ${count}`);
    lines.push(`regions: { ${counts.join(', ')} }`);
  }
  // Machines of several sizes are no setting; then nothing is proposed.
  const sizes = drift.filter((one) => one.kind === 'size');
  const [size] = sizes;
  if (size !== undefined && sizes.length === 1 && size.machines.length === machines.length) {
    lines.push(`vm: { size: '${sizeName(size.there)}', memory: '${memoryText(size.there.memoryMb)}' }`);
  }
  const sleep = drift.find((one) => one.kind === 'sleep');
  if (sleep !== undefined && sleep.machines.length === machines.length) lines.push(`sleep: '${sleep.there}'`);
  return lines;
}

/** Which of two lists of differences are about the same thing: `count iad`, `size`. */
export function differenceKey(one: Difference): string {
  return one.kind === 'count' ? `count ${one.region}` : one.kind;
}

/** What is written and what is there, a few words each. */
export function driftWords(one: Difference): { readonly written: string; readonly there: string } {
  switch (one.kind) {
    case 'count':
      return { written: `${one.region} ${one.written}`, there: `${one.region} ${one.there}` };
    case 'size':
      return { written: sizeWords(one.written), there: `${sizeWords(one.there)} on ${some(one.machines)}` };
    case 'sleep':
      return { written: `sleep ${one.written}`, there: `${one.there} on ${some(one.machines)}` };
    case 'cordoned':
      return { written: 'every machine takes requests', there: `${some(one.machines)} cordoned` };
    case 'image':
      return {
        written: 'the live release',
        there: `${one.release ?? 'an image that nobody recorded'} on ${some(one.machines)}`,
      };
    default:
      return one satisfies never;
  }
}

/** Fly's name of a size: `shared-cpu-2x`. */
export function sizeName({ cpuKind, cpus }: MachineSize): string {
  return cpuKind === 'shared' ? `shared-cpu-${cpus}x` : `performance-${cpus}x`;
}

/** A size with its memory: `shared-cpu-2x 512 MB`. */
export function sizeWords(size: MachineSize): string {
  return `${sizeName(size)} ${size.memoryMb} MB`;
}

/** The size of a machine, where the platform says all of it. */
export function sizeOf(machine: ObservedMachine): MachineSize | null {
  const { cpuKind, cpus, memoryMb } = machine;
  if ((cpuKind !== 'shared' && cpuKind !== 'performance') || cpus === null || memoryMb === null) return null;
  return { cpuKind, cpus, memoryMb };
}

function memoryText(megabytes: number): string {
  return megabytes % 1024 === 0 ? `${megabytes / 1024}gb` : `${megabytes}mb`;
}

/** Machines on lost hosts account for those that are missing: nobody has changed the number. */
function countDifferences(
  app: ResolvedFlyApp,
  machines: readonly ObservedMachine[],
  lost: readonly ObservedMachine[],
): Difference[] {
  const written = new Map(app.regions.map(({ region, count }) => [region, count]));
  const regions = new Set([...written.keys(), ...machines.map((machine) => machine.region)]);
  return [...regions].flatMap((region): Difference[] => {
    const there = inRegion(machines, region);
    const count = written.get(region) ?? 0;
    const isExplained = there < count && there + inRegion(lost, region) >= count;
    return there === count || isExplained ? [] : [{ kind: 'count', region, written: count, there }];
  });
}

function sizeDifferences(app: ResolvedFlyApp, machines: readonly ObservedMachine[]): Difference[] {
  const other = new Map<string, { there: MachineSize; machines: string[] }>();
  for (const machine of machines) {
    const there = sizeOf(machine);
    if (there === null || sizeWords(there) === sizeWords(app.vm)) continue;
    const group = other.get(sizeWords(there)) ?? { there, machines: [] };
    group.machines.push(machine.id);
    other.set(sizeWords(there), group);
  }
  return [...other.values()].map((group) => ({ kind: 'size', written: app.vm, ...group }));
}

function sleepDifferences(app: ResolvedFlyApp, machines: readonly ObservedMachine[]): Difference[] {
  const states = ['when-idle', 'suspend', 'never'] as const;
  return states.flatMap((there): Difference[] => {
    const odd = machines.filter((machine) => machine.sleep === there && there !== app.sleep);
    return odd.length === 0 ? [] : [{ kind: 'sleep', written: app.sleep, there, machines: idsOf(odd) }];
  });
}

function imageDifferences(machines: readonly ObservedMachine[], liveDigest: string | null): Difference[] {
  if (liveDigest === null) return [];
  const odd = machines.filter((machine) => machine.digest !== liveDigest);
  const releases = [...new Set(odd.map((machine) => machine.release))];
  return releases.map((release) => ({
    kind: 'image',
    release,
    machines: idsOf(odd.filter((machine) => machine.release === release)),
  }));
}

function inRegion(machines: readonly ObservedMachine[], region: string): number {
  return machines.filter((machine) => machine.region === region).length;
}

function idsOf(machines: readonly ObservedMachine[]): string[] {
  return machines.map((machine) => machine.id);
}

function some(ids: Ids): string {
  return ids.length === 1 ? `machine ${ids[0]}` : `${ids.length} machines`;
}
