import type { Json } from '../../../util/json.ts';
import { holderOf } from '../journal-keys.ts';
import { changeMachine } from '../machines/machine-change.ts';
import { metadataOf } from '../machines/machine-config.ts';
import { digestOf, isAsleep } from '../machines/machine-state.ts';
import type { SavedMachine } from '../rollout/rollout-plan.ts';
import { mountsOf, volumeIdOf } from '../volumes/volumes.ts';
import type { Machine, MachineConfig } from '../client/wire-types.ts';
import { configFor, seconds, withinMsOf, type MachineResult, type Rollout } from './rollout.ts';

/** Gives a machine the new release in its place, and proves it healthy; one that sleeps only where the plan says so. */
export async function updateMachine(
  rollout: Rollout,
  saved: SavedMachine,
  options: { readonly isTakenOut: boolean } = { isTakenOut: true },
): Promise<MachineResult> {
  const { fly, deployment, work } = rollout;
  const { app, platformName } = deployment;
  const { id, region } = saved;
  const name = `update/${id}`;
  const { config, secretsVersion } = configFor(rollout, name, mountsOf(app, volumeIdOf(saved.config)));
  const wasAsleep = isAsleep(saved) && app.sleep !== 'never';
  const isProbe = wasAsleep && rollout.plan.probes.includes(id);
  const made = async (): Promise<Json> => {
    const { durationMs, isProven } = await changeMachine(fly, {
      ref: { app: platformName, id },
      config,
      secretsVersion,
      digest: rollout.digest,
      wasAsleep,
      isProbe,
      mustBeHealthy: true,
      leaveCordoned: false,
      isTakenOut: options.isTakenOut,
      seen: seenOf(rollout, id),
      withinMs: withinMsOf(rollout),
      isDone: (machine) => isCurrent(rollout, machine, config),
      holder: holderOf(work),
      signal: work.signal,
      log: (line) => work.log(line),
    });
    work.log(`${region}: machine ${id} ${outcome({ wasAsleep, isProven, durationMs })}`);
    return { id, region, durationMs, created: false, isProven };
  };
  return (await work.once(name, made)) as unknown as MachineResult;
}

function outcome(done: { wasAsleep: boolean; isProven: boolean; durationMs: number }): string {
  if (!done.isProven) return 'sleeps; it has the new release, unproven until it wakes';
  const healthy = `is healthy on the new release after ${seconds(done.durationMs)}`;
  return done.wasAsleep ? `${healthy}, woken once to prove it` : healthy;
}

/** A machine of an app that never sleeps stays as it was listed, until this work changes it. */
function seenOf({ deployment, listed }: Rollout, id: string): Machine | undefined {
  if (deployment.app.sleep !== 'never') return undefined;
  return listed.find((machine) => machine.id === id && machine.state === 'started');
}

function isCurrent(rollout: Rollout, machine: Machine, config: MachineConfig): boolean {
  return (
    metadataOf(machine.config, 'release') === rollout.deployment.releaseId &&
    metadataOf(machine.config, 'config') === metadataOf(config, 'config') &&
    (rollout.digest === null || digestOf(machine) === rollout.digest)
  );
}
