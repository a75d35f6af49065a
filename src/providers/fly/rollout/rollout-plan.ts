import type { ResolvedFlyApp } from '../../../config/resolved.ts';
import type { Json } from '../../../util/json.ts';
import { APP_GROUP, METADATA } from '../machines/machine-config.ts';
import { digestOf, imageOf, isAsleep, isGone, isHealthy, isReachable } from '../machines/machine-state.ts';
import { volumeIdOf } from '../volumes/volumes.ts';
import type { Machine, MachineConfig } from '../client/wire-types.ts';

/** A machine as it was before a deployment touched anything: the whole rollback. */
export interface SavedMachine {
  readonly id: string;
  readonly region: string;
  readonly state: string;
  readonly instanceId: string;
  readonly digest: string | null;
  /** `registry/repository@sha256:…`, or null when it is not known by digest. */
  readonly image: string | null;
  readonly healthy: boolean | null;
  readonly cordoned: boolean;
  readonly config: MachineConfig;
}

/** All that a deployment saves before its first change, journaled under `before`. */
export interface SavedState {
  /** The number of this deployment, for `fly_release_version`. */
  readonly releaseVersion: number;
  readonly machines: readonly SavedMachine[];
  /** Machines of other process groups: left alone, and said so. */
  readonly leftAlone: readonly { readonly id: string; readonly group: string }[];
  /** Own machines on hosts that cannot be reached: they count as missing. Absent in older journals. */
  readonly unreachable?: readonly { readonly id: string; readonly region: string }[];
}

/** What a deployment does to which machine, in this order. */
export interface RolloutPlan {
  readonly create: readonly { readonly region: string; readonly number: number }[];
  /** The one machine that serves, where a new one can be put beside it before it goes. It is in no other list. */
  readonly alone: SavedMachine | null;
  /** Broken ones first (they have nothing to lose), then running ones, sleeping ones last. */
  readonly update: readonly SavedMachine[];
  /** Ids of those to update that sleep and may stay asleep. */
  readonly asleep: readonly string[];
  /** Ids of those that are woken once to prove the release: one of each region in which some sleep. */
  readonly probes: readonly string[];
  /** Removed when everything else has succeeded. */
  readonly remove: readonly SavedMachine[];
}

/** What is there now, ready to be journaled. Pure. */
export function savedState(machines: readonly Machine[]): SavedState {
  const alive = machines.filter((machine) => !isGone(machine));
  const isOurs = (machine: Machine): boolean =>
    (machine.config.metadata?.[METADATA.processGroup] ?? APP_GROUP) === APP_GROUP;
  const versions = alive.map((machine) => Number(machine.config.metadata?.[METADATA.releaseVersion] ?? 0));
  return {
    releaseVersion: Math.max(0, ...versions.filter(Number.isFinite)) + 1,
    machines: alive.filter((machine) => isOurs(machine) && isReachable(machine)).map(saved),
    leftAlone: alive
      .filter((machine) => !isOurs(machine))
      .map((machine) => ({ id: machine.id, group: machine.config.metadata?.[METADATA.processGroup] ?? '' })),
    unreachable: alive
      .filter((machine) => isOurs(machine) && !isReachable(machine))
      .map(({ id, region }) => ({ id, region })),
  };
}

/** Compares what is there with what is written: how many machines in which region. Pure. */
export function rolloutPlan(app: ResolvedFlyApp, before: SavedState): RolloutPlan {
  const create: { region: string; number: number }[] = [];
  const kept: SavedMachine[] = [];
  for (const { region, count } of app.regions) {
    const there = before.machines.filter((machine) => machine.region === region);
    const usable = there.filter((machine) => canTakeConfig(app, machine)).sort(byWorth);
    kept.push(...usable.slice(0, count));
    for (let number = usable.length + 1; number <= count; number++) create.push({ region, number });
  }
  const alone = create.length === 0 ? servingAlone(app, before, kept) : null;
  const update = kept.filter((machine) => machine !== alone).sort((a, b) => updateRank(a) - updateRank(b));
  const asleep = app.sleep === 'never' ? [] : update.filter(isAsleep);
  const probes = asleep.filter(
    (machine, index) => asleep.findIndex(({ region }) => region === machine.region) === index,
  );
  return {
    create,
    alone,
    update,
    asleep: asleep.map(({ id }) => id),
    probes: probes.map(({ id }) => id),
    remove: before.machines.filter((machine) => !kept.includes(machine)),
  };
}

/** Whether a machine took requests when it was saved. */
export function isServing(machine: SavedMachine): boolean {
  return machine.state === 'started' && machine.healthy !== false && !machine.cordoned;
}

/** An update cannot give a machine a volume or take it away (Machines API, update): that needs another machine. */
function canTakeConfig(app: ResolvedFlyApp, machine: SavedMachine): boolean {
  return (volumeIdOf(machine.config) !== null) === (app.volume !== null);
}

/**
 * Replaced in its place it would leave nobody to answer: the others sleep, if there are any. A worker is not put beside another: two of them would do the
 * same work twice. Nor a machine with a volume, which can be at one machine only.
 */
function servingAlone(
  app: ResolvedFlyApp,
  before: SavedState,
  kept: readonly SavedMachine[],
): SavedMachine | null {
  const [only, ...others] = kept.filter((machine) => !isAsleep(machine));
  if (only === undefined || others.length > 0) return null;
  // One that is to go serves until the end.
  if (!before.machines.every((machine) => isServing(machine) === (machine === only))) return null;
  const isPatient = app.strategy === 'rolling' || app.strategy === 'canary';
  return isPatient && app.port !== null && app.volume === null ? only : null;
}

/** The record as the journal takes it: JSON data, though its type is written with known keys. */
export function savedStateAsJson(state: SavedState): Json {
  return state as unknown as Json;
}

function saved(machine: Machine): SavedMachine {
  return {
    id: machine.id,
    region: machine.region,
    state: machine.state,
    instanceId: machine.instance_id,
    digest: digestOf(machine),
    image: imageOf(machine),
    healthy: isHealthy(machine),
    cordoned: machine.cordoned ?? false,
    config: machine.config,
  };
}

/** Healthy running machines are worth keeping most: the first are kept. */
export function byWorth(a: SavedMachine, b: SavedMachine): number {
  return worth(b) - worth(a) || (a.id < b.id ? -1 : 1);
}

function worth(machine: SavedMachine): number {
  if (machine.state === 'started') return machine.healthy === false ? 1 : 3;
  return isAsleep(machine) ? 2 : 0;
}

function updateRank(machine: SavedMachine): number {
  if (isAsleep(machine)) return 2;
  return isServing(machine) ? 1 : 0;
}
