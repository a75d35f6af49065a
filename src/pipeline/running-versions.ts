import type { ObservedMachine } from '../providers/app-platform.ts';

/** One image that runs, and where. */
export interface RunningVersion {
  readonly digest: string | null;
  readonly release: string | null;
  /** Ids. */
  readonly machines: readonly string[];
}

/** The versions that run of one app, the most common first: more than one is never meant to stay. On a lost host nothing runs. Pure. */
export function runningVersions(observed: readonly ObservedMachine[]): RunningVersion[] {
  const machines = observed.filter((machine) => machine.reachable);
  const byDigest = Map.groupBy(machines, (machine) => machine.digest);
  return [...byDigest]
    .map(([digest, group]) => ({
      digest,
      release: group[0]?.release ?? null,
      machines: group.map((machine) => machine.id),
    }))
    .toSorted((a, b) => b.machines.length - a.machines.length);
}
