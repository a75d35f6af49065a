import type { Json } from '../../../util/json.ts';
import { keyPrefix } from '../journal-keys.ts';
import { createOnce } from '../machines/machine-create.ts';
import { watchUntilHealthy } from '../machines/machine-watch.ts';
import { mountsOf, volumeForNewMachine } from '../volumes/volumes.ts';
import type { Machine } from '../client/wire-types.ts';
import {
  configFor,
  requireSameDigest,
  seconds,
  withinMsOf,
  type MachineResult,
  type Rollout,
} from './rollout.ts';

/** One machine that is to be made. */
export interface NewMachine {
  /** Its key in the journal and, with the run's prefix, in its metadata. */
  readonly name: string;
  readonly region: string;
  /** False: it starts out of rotation, to be put in later by {@link enterRotation}. */
  readonly isRouted: boolean;
  /** One of many that are made at a time: nothing waits for this one in particular. */
  readonly isOneOfMany?: boolean;
}

/**
 * How late one of many may be seen to be healthy. The platform lets one be made a second: so one list shows about as many
 * new ones as this has seconds, and the last of them is seen that much later.
 */
const PATIENCE_MS = 5_000;
/** From so many on their number of requests matters more than some seconds. */
export const MANY = 8;

/** Makes a machine with the new release, or finds the one that an earlier try made, and waits until it is healthy. */
export async function createMachine(rollout: Rollout, wanted: NewMachine): Promise<MachineResult> {
  const { fly, deployment, work } = rollout;
  const { name, region } = wanted;
  const made = async (): Promise<Json> => {
    const startedAt = fly.clock.now();
    const machine = await create(rollout, wanted);
    work.log(
      `${region}: machine ${machine.id} created${wanted.isRouted ? '' : ' out of rotation'}, waiting until it is healthy`,
    );
    const ref = { app: deployment.platformName, id: machine.id };
    const patienceMs = wanted.isOneOfMany === true ? PATIENCE_MS : undefined;
    const watched = { ref, instanceId: machine.instance_id, before: null, patienceMs, signal: work.signal };
    const maySleep = deployment.app.sleep !== 'never';
    const healthy = await watchUntilHealthy(fly, { ...watched, maySleep, withinMs: withinMsOf(rollout) });
    requireSameDigest(rollout, healthy);
    const durationMs = fly.clock.now() - startedAt;
    work.log(`${region}: machine ${machine.id} is healthy after ${seconds(durationMs)}`);
    return { id: machine.id, region, durationMs, created: true, isProven: true };
  };
  return (await work.once(name, made)) as unknown as MachineResult;
}

/** Lets the proxy send requests to a machine that was made out of rotation. Doing it twice does no harm. */
export async function enterRotation(rollout: Rollout, id: string): Promise<void> {
  const { fly, deployment, work } = rollout;
  await fly.machines.uncordon({ app: deployment.platformName, id }, { signal: work.signal });
}

async function create(rollout: Rollout, { name, region, isRouted }: NewMachine): Promise<Machine> {
  const { fly, deployment, work } = rollout;
  const { app, platformName } = deployment;
  const volume = await volumeForNewMachine(fly, { app, platformName, region, key: name }, work);
  const { config, secretsVersion } = configFor(rollout, name, mountsOf(app, volume));
  return createOnce(fly, {
    app: platformName,
    key: keyPrefix(work) + name,
    listed: rollout.listed,
    signal: work.signal,
    input: {
      config,
      region,
      ...(isRouted ? {} : { skip_service_registration: true }),
      ...(secretsVersion === null ? {} : { min_secrets_version: secretsVersion }),
    },
  });
}
