import type { AppDeployment, PlatformWork } from '../../app-platform.ts';
import type { FlyContext } from '../fly-context.ts';
import { holderOf, keyPrefix } from '../journal-keys.ts';
import { changeMachine } from '../machines/machine-change.ts';
import { metadataOf, METADATA } from '../machines/machine-config.ts';
import { createOnce } from '../machines/machine-create.ts';
import { releaseOwnLease, withLease } from '../machines/machine-lease.ts';
import { hostUnreachableError } from '../client/deploy-errors.ts';
import { digestIn, isAsleep, isHealthy, isReachable } from '../machines/machine-state.ts';
import { stopMachine } from '../machines/machine-retire.ts';
import { settledMachine, watchUntilHealthy } from '../machines/machine-watch.ts';
import type { SavedMachine } from '../rollout/rollout-plan.ts';
import type { Machine, MachineConfig } from '../client/wire-types.ts';
import { retirementOf } from './remove-machines.ts';
import { seconds, withinMsOf } from './rollout.ts';

/** One undoing in progress. */
export interface Undo {
  readonly fly: FlyContext;
  readonly deployment: AppDeployment;
  readonly work: PlatformWork;
  /** What is there when the undoing begins. */
  readonly listed: readonly Machine[];
}

/**
 * Puts one machine back as it was saved: made again where it is gone, given its full old config where the deployment
 * changed it, started and put into rotation where it was only taken out. Proven healthy if it was before.
 */
export async function putBack(undo: Undo, saved: SavedMachine, current: Machine | null): Promise<void> {
  if (current === null) return restore(undo, saved);
  if (!isReachable(current)) return leaveLost(undo, saved, current);
  if (metadataOf(current.config, 'key')?.startsWith(keyPrefix(undo.work)) === true) {
    return giveOldConfig(undo, saved, current);
  }
  if (current.cordoned === true && !saved.cordoned) return revive(undo, saved);
  const { fly, deployment, work } = undo;
  const ref = { app: deployment.platformName, id: saved.id };
  await releaseOwnLease(fly, { ref, description: holderOf(work), signal: work.signal });
}

/** Nothing can be done to it: that is no harm where the deployment had not come to it yet. */
function leaveLost({ deployment, work }: Undo, saved: SavedMachine, current: Machine): void {
  const isTouched =
    current.instance_id !== saved.instanceId || (current.cordoned === true) !== saved.cordoned;
  if (isTouched) throw hostUnreachableError({ app: deployment.platformName, id: saved.id }, current);
  work.log(`${saved.region}: machine ${saved.id} is as it was, on a host that cannot be reached`);
}

async function giveOldConfig(undo: Undo, saved: SavedMachine, current: Machine): Promise<void> {
  const { fly, deployment, work } = undo;
  const isServing = current.state === 'started' && isHealthy(current) !== false;
  // Out of rotation nobody but this deployment has woken it.
  const isWokenProbe = isAsleep(saved) && !isAsleep(current) && current.cordoned === true;
  if (isWokenProbe) await putToSleep(undo, saved);
  const isSteady =
    current.state === 'started' &&
    !isWokenProbe &&
    (current.cordoned === true || deployment.app.sleep === 'never');
  const { durationMs } = await changeMachine(fly, {
    ref: { app: deployment.platformName, id: saved.id },
    config: pinned(saved),
    digest: saved.digest,
    secretsVersion: null,
    wasAsleep: isAsleep(saved),
    mustBeHealthy: mustBeHealthy(saved),
    leaveCordoned: saved.cordoned,
    // What serves nothing need not be taken out of rotation first.
    isTakenOut: isServing,
    isIdle: !isServing,
    // Out of rotation, or never asleep: nothing but this work changes its state.
    seen: isSteady ? current : undefined,
    withinMs: patienceOf(undo),
    isDone: (machine) => metadataOf(machine.config, 'key')?.startsWith(keyPrefix(work)) !== true,
    holder: holderOf(work),
    signal: work.signal,
    log: (line) => work.log(line),
  });
  work.log(`${saved.region}: machine ${saved.id} is back on what it ran before after ${seconds(durationMs)}`);
}

async function putToSleep(undo: Undo, { id }: SavedMachine): Promise<void> {
  const { fly, deployment, work } = undo;
  const { state } = await settledMachine(fly, { app: deployment.platformName, id }, work.signal);
  if (state === 'started') await stopMachine(fly, retirementOf(undo, id));
}

/** Its config is its own still: it was taken out of rotation, and stopped perhaps. */
async function revive(undo: Undo, saved: SavedMachine): Promise<void> {
  const { fly, deployment, work } = undo;
  const ref = { app: deployment.platformName, id: saved.id };
  await withLease(fly, { ref, description: holderOf(work), signal: work.signal }, async (lease) => {
    const options = { nonce: lease.nonce, signal: lease.signal };
    const found = await settledMachine(fly, ref, lease.signal);
    if (saved.state === 'started' && found.state !== 'started') await fly.machines.start(ref, options);
    if (mustBeHealthy(saved)) {
      await watchUntilHealthy(fly, {
        ref,
        instanceId: found.instance_id,
        before: found.state === 'started' ? { ...found, checks: [] } : found,
        withinMs: patienceOf(undo),
        signal: lease.signal,
      });
    }
    await fly.machines.uncordon(ref, options);
  });
  work.log(`${saved.region}: machine ${saved.id} is back in rotation`);
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
    input: {
      config,
      region: saved.region,
      ...(isAsleep(saved) ? { skip_launch: true } : {}),
      ...(saved.cordoned ? { skip_service_registration: true } : {}),
    },
  });
  if (mustBeHealthy(saved)) {
    await watchUntilHealthy(fly, {
      ref: { app: deployment.platformName, id: machine.id },
      instanceId: machine.instance_id,
      before: null,
      withinMs: patienceOf(undo),
      signal: work.signal,
    });
  }
  work.log(`${saved.region}: machine ${machine.id} made again in the place of ${saved.id}`);
}

/**
 * How long a machine may take to become healthy again. What failed may have said too little: the release before began
 * under a config of its own, and is never given less than an app that says nothing.
 */
function patienceOf(undo: Undo): number {
  return Math.max(withinMsOf(undo), undo.fly.timing.startWithinMs);
}

/** What was not healthy before the deployment cannot be asked to be healthy after it. */
function mustBeHealthy(saved: SavedMachine): boolean {
  return saved.state === 'started' && saved.healthy !== false;
}

/** The old config; an image named by a tag is named by the digest it had, for the tag may have moved. */
function pinned(saved: SavedMachine): MachineConfig {
  if (saved.image === null || digestIn(saved.config.image) !== null) return saved.config;
  return { ...saved.config, image: saved.image };
}
