import type { AppDeployment, PlatformWork } from '../app-platform.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { FlyContext } from './fly-context.ts';
import { createOnce } from './machine-create.ts';
import { changeMachine } from './machine-change.ts';
import { releaseOwnLease } from './machine-lease.ts';
import { metadataOf, METADATA } from './machine-config.ts';
import { digestIn, isAsleep, isGone } from './machine-state.ts';
import { watchUntilHealthy } from './machine-watch.ts';
import { BEFORE, destroyGently, holderOf, keyPrefix, listMachines } from './rolling-deploy.ts';
import type { SavedMachine, SavedState } from './rollout-plan.ts';
import type { Machine, MachineConfig } from './wire-types.ts';

/** One undoing in progress. */
interface Undo {
  readonly fly: FlyContext;
  readonly deployment: AppDeployment;
  readonly work: PlatformWork;
  /** What is there when the undoing begins. */
  readonly listed: readonly Machine[];
}

/** What could not be put back, and the command that does it by hand. */
interface Leftover {
  readonly what: string;
  readonly command: string;
  readonly error: unknown;
}

/**
 * Puts back what a deployment with the same journal saved: changed machines get their full old config, one after the
 * other and healthy before the next; removed ones are made again; created ones are destroyed, last, so that they
 * serve as long as nothing else does. Does nothing when nothing was changed; may be called again after a crash.
 *
 * Goes on past a machine that cannot be put back, then throws RUN_UNDO_FAILED naming each and the command for it.
 */
export async function undoRollingDeploy(
  fly: FlyContext,
  deployment: AppDeployment,
  work: PlatformWork,
): Promise<void> {
  const before = work.recorded(BEFORE) as unknown as SavedState | undefined;
  if (before === undefined) return;
  const listed = await listMachines(fly, deployment.platformName, work.signal);
  const undo: Undo = { fly, deployment, work, listed };
  const now = new Map(listed.filter((machine) => !isGone(machine)).map((machine) => [machine.id, machine]));
  const leftovers: Leftover[] = [];
  for (const saved of inOrder(before.machines, now)) {
    await attempt(leftovers, leftoverOf(deployment.platformName, saved), async () => {
      await putBack(undo, saved, now.get(saved.id) ?? null);
    });
  }
  const known = new Set(before.machines.map((machine) => machine.id));
  for (const machine of now.values()) {
    if (known.has(machine.id) || !isOfThisDeployment(undo, machine) || isRestored(machine)) continue;
    const ref = { app: deployment.platformName, id: machine.id };
    const leftover = {
      what: `machine ${machine.id} was created by the failed deployment and is still there`,
      command: `fly machine destroy --force ${machine.id} -a ${ref.app}`,
    };
    await attempt(leftovers, leftover, async () => {
      await destroyGently(fly, ref, work.signal);
      work.log(`${machine.region}: machine ${machine.id} of the failed deployment removed`);
    });
  }
  if (leftovers.length > 0) throw undoFailed(deployment.platformName, leftovers);
}

/** Broken machines first: putting them back can only add to what serves. */
function inOrder(saved: readonly SavedMachine[], now: ReadonlyMap<string, Machine>): readonly SavedMachine[] {
  const rank = (machine: SavedMachine): number => {
    const current = now.get(machine.id);
    if (current === undefined || current.state !== 'started' || current.cordoned === true) return 0;
    return (current.checks ?? []).every((check) => check.status === 'passing') ? 1 : 0;
  };
  return [...saved].sort((a, b) => rank(a) - rank(b));
}

async function attempt(
  leftovers: Leftover[],
  leftover: { what: string; command: string },
  run: () => Promise<void>,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    leftovers.push({ ...leftover, error });
  }
}

/** A machine carries this deployment's key when the deployment made or changed it, and the old key once it is put back. */
function isOfThisDeployment(undo: Undo, machine: Machine): boolean {
  return metadataOf(machine.config, 'key')?.startsWith(keyPrefix(undo.work)) === true;
}

function isRestored(machine: Machine): boolean {
  return metadataOf(machine.config, 'key')?.includes('/restore/') === true;
}

async function putBack(undo: Undo, saved: SavedMachine, current: Machine | null): Promise<void> {
  if (current === null) return restore(undo, saved);
  const wasDeployed = isOfThisDeployment(undo, current);
  const isOutOfRotation = current.cordoned === true && !saved.cordoned;
  const { fly, deployment, work } = undo;
  if (!wasDeployed && !isOutOfRotation) {
    const ref = { app: deployment.platformName, id: saved.id };
    return releaseOwnLease(fly, { ref, description: holderOf(work), signal: work.signal });
  }
  const wasRunning = saved.state === 'started';
  const { durationMs } = await changeMachine(fly, {
    ref: { app: deployment.platformName, id: saved.id },
    config: pinned(saved),
    digest: saved.digest,
    secretsVersion: null,
    wasAsleep: isAsleep(saved),
    // What was not healthy before the deployment cannot be asked to be healthy after it.
    mustBeHealthy: wasRunning && saved.healthy !== false,
    leaveCordoned: saved.cordoned,
    withinMs: withinMsOf(undo),
    isDone: (machine) => !isOfThisDeployment(undo, machine),
    holder: holderOf(work),
    signal: work.signal,
    log: (line) => work.log(line),
  });
  work.log(
    `${saved.region}: machine ${saved.id} is back on what it ran before after ${(durationMs / 1000).toFixed(1)} s`,
  );
}

/** Makes a removed machine again, from its saved config. Its id is a new one; its key tells it from the next try. */
async function restore(undo: Undo, saved: SavedMachine): Promise<void> {
  const { fly, deployment, work } = undo;
  const key = `${keyPrefix(work)}restore/${saved.id}`;
  const config: MachineConfig = {
    ...pinned(saved),
    metadata: { ...saved.config.metadata, [METADATA.key]: key },
  };
  const machine = await createOnce(fly, {
    app: deployment.platformName,
    key,
    listed: undo.listed,
    signal: work.signal,
    input: { config, region: saved.region, ...(isAsleep(saved) ? { skip_launch: true } : {}) },
  });
  if (saved.state === 'started' && saved.healthy !== false) {
    await watchUntilHealthy(fly, {
      ref: { app: deployment.platformName, id: machine.id },
      instanceId: machine.instance_id,
      before: null,
      withinMs: withinMsOf(undo),
      signal: work.signal,
    });
  }
  work.log(`${saved.region}: machine ${machine.id} made again in the place of ${saved.id}`);
}

/** The old config; an image named by a tag is named by the digest it had, for the tag may have moved. */
function pinned(saved: SavedMachine): MachineConfig {
  if (saved.image === null || digestIn(saved.config.image) !== null) return saved.config;
  return { ...saved.config, image: saved.image };
}

function withinMsOf(undo: Undo): number {
  return undo.deployment.app.health?.withinMs ?? undo.fly.timing.startWithinMs;
}

function leftoverOf(app: string, saved: SavedMachine): { what: string; command: string } {
  return {
    what: `machine ${saved.id} in ${saved.region} is not back on ${saved.image ?? 'what it ran before'}`,
    command: `fly machine update ${saved.id} -a ${app} --image ${saved.image ?? saved.config.image}`,
  };
}

function undoFailed(app: string, leftovers: readonly Leftover[]): ToolError {
  const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
  const [first] = leftovers;
  const many = leftovers.length === 1 ? '1 machine' : `${leftovers.length} machines`;
  return new ToolError(
    'RUN_UNDO_FAILED',
    `${many} of app ${app} could not be put back: ${first?.what ?? ''}.`,
    {
      hint: `Do it by hand: ${leftovers.map((leftover) => leftover.command).join(' && ')}`,
      output: leftovers.map((leftover) => `${leftover.what}: ${reason(leftover.error)}`),
      cause: first?.error,
      retry: 'safe',
    },
  );
}
