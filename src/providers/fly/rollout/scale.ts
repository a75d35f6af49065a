import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { Json } from '../../../util/json.ts';
import type { AppScale, PlatformWork, ScaleResult } from '../../app-platform.ts';
import type { FlyContext } from '../fly-context.ts';
import { changeMachine } from '../machines/machine-change.ts';
import { BEFORE, holderOf, keyPrefix } from '../journal-keys.ts';
import { listMachines } from '../machines/list-machines.ts';
import { createOnce } from '../machines/machine-create.ts';
import { metadataOf } from '../machines/machine-config.ts';
import { retireMachine } from '../machines/machine-retire.ts';
import { isAsleep, isGone, isReachable } from '../machines/machine-state.ts';
import { watchUntilHealthy } from '../machines/machine-watch.ts';
import { savedState, savedStateAsJson, type SavedMachine, type SavedState } from './rollout-plan.ts';
import { inWaves } from './rollout-waves.ts';
import { hasSize, scaledConfig, scalePlan, withMounts, type ScalePlan } from './scale-plan.ts';
import { undoApp } from '../strategies/undo-app.ts';
import { mountsOf, nameKeptVolume, volumeForNewMachine, volumeIdOf } from '../volumes/volumes.ts';

/** New machines take nothing out of service; flyctl's own pool size. */
const CREATE_WIDTH = 8;

/** One scaling in progress. */
interface Scaling {
  readonly fly: FlyContext;
  readonly scale: AppScale;
  readonly work: PlatformWork;
  readonly plan: ScalePlan;
}

/**
 * Brings counts and size to what is asked: save what is there → create copies, healthy → change sizes one after the
 * other, healthy before the next → remove what is too many → read everything again. Every machine keeps its own image
 * and settings.
 *
 * Journaled under the same keys as a deployment, and may be called again after a crash.
 */
export async function scaleApp(fly: FlyContext, scale: AppScale, work: PlatformWork): Promise<ScaleResult> {
  const listed = await listMachines(fly, scale.platformName, work.signal);
  const before = (await work.once(BEFORE, async () =>
    savedStateAsJson(savedState(listed)),
  )) as unknown as SavedState;
  for (const { id, region } of before.unreachable ?? [])
    work.log(`${region}: machine ${id} is on a host that cannot be reached, and is not counted`);
  const plan = scalePlan(scale, before.machines);
  requireKnownVolumes(scale, plan);
  const scaling: Scaling = { fly, scale, work, plan };
  const created = await inWaves(
    plan.create.map((slot) => async () => createCopy(scaling, slot)),
    CREATE_WIDTH,
    work.signal,
  );
  for (const machine of plan.resize) await resize(scaling, machine);
  for (const machine of plan.remove) await remove(scaling, machine);
  await requireScaled(scaling);
  return {
    created,
    resized: plan.resize.map((machine) => machine.id),
    removed: plan.remove.map((machine) => machine.id),
  };
}

/** Puts back what {@link scaleApp} with the same journal saved: it is undone as a deployment is. */
export async function undoScale(fly: FlyContext, scale: AppScale, work: PlatformWork): Promise<void> {
  const { app, platformName } = scale;
  // What the machines ran is in the journal; a scaling brings no image and no variables of its own.
  await undoApp(fly, { app, platformName, image: '', releaseId: '', commit: '', env: {} }, work);
}

/** A machine with a volume is copied with a volume of its own, of which only the config tells name and size. */
function requireKnownVolumes({ app, platformName }: AppScale, plan: ScalePlan): void {
  if (app.volume !== null || plan.create.every(({ like }) => volumeIdOf(like.config) === null)) return;
  throw new ToolError(
    'PROVIDER_CONFLICT',
    `The machines of ${platformName} have volumes, and ${app.name} has none in the config: a new machine would start without its data.`,
    { hint: `Write it first: volume: { name: '…', path: '…' }` },
  );
}

async function createCopy(scaling: Scaling, slot: ScalePlan['create'][number]): Promise<string> {
  const { fly, scale, work } = scaling;
  const { region, number, like } = slot;
  const name = `create/${region}/${number}`;
  const key = keyPrefix(work) + name;
  const made = async (): Promise<Json> => {
    const startedAt = fly.clock.now();
    const app = scale.vm === null ? scale.app : { ...scale.app, vm: scale.vm };
    const need = { app, platformName: scale.platformName, region, key: name };
    const volume = await volumeForNewMachine(fly, need, work);
    const config = withMounts(scaledConfig(like, scale.vm, key), mountsOf(app, volume));
    const machine = await createOnce(fly, {
      app: scale.platformName,
      key,
      listed: await listMachines(fly, scale.platformName, work.signal),
      signal: work.signal,
      input: { config, region },
    });
    work.log(`${region}: machine ${machine.id} created like ${like.id}, waiting until it is healthy`);
    const ref = { app: scale.platformName, id: machine.id };
    const watched = { ref, instanceId: machine.instance_id, before: null, signal: work.signal };
    const maySleep = scale.app.sleep !== 'never';
    await watchUntilHealthy(fly, { ...watched, maySleep, withinMs: withinMsOf(scaling) });
    work.log(`${region}: machine ${machine.id} is healthy after ${seconds(fly.clock.now() - startedAt)}`);
    return machine.id;
  };
  return (await work.once(name, made)) as string;
}

async function resize(scaling: Scaling, saved: SavedMachine): Promise<void> {
  const { fly, scale, work } = scaling;
  const { id, region } = saved;
  const name = `resize/${id}`;
  await work.once(name, async () => {
    const { durationMs, isProven } = await changeMachine(fly, {
      ref: { app: scale.platformName, id },
      config: scaledConfig(saved, scale.vm, keyPrefix(work) + name),
      digest: saved.digest,
      secretsVersion: null,
      wasAsleep: isAsleep(saved),
      // A machine that was unhealthy may be so for want of memory; it need not become healthy by it.
      mustBeHealthy: saved.healthy !== false,
      leaveCordoned: saved.cordoned,
      withinMs: withinMsOf(scaling),
      isDone: (machine) => hasSize(machine.config, scale.vm),
      holder: holderOf(work),
      signal: work.signal,
      log: (line) => work.log(line),
    });
    work.log(
      isProven
        ? `${region}: machine ${id} is healthy with its new size after ${seconds(durationMs)}`
        : `${region}: machine ${id} ${isAsleep(saved) ? 'sleeps' : 'was not healthy'}; it has its new size, unproven`,
    );
    return true;
  });
}

async function remove({ fly, scale, work }: Scaling, saved: SavedMachine): Promise<void> {
  await work.once(`remove/${saved.id}`, async () => {
    await retireMachine(fly, {
      ref: { app: scale.platformName, id: saved.id },
      holder: holderOf(work),
      stopTimeoutMs: scale.app.stop.timeoutMs,
      signal: work.signal,
    });
    work.log(`${saved.region}: machine ${saved.id} removed`);
    await nameKeptVolume(fly, scale.platformName, saved.config, work);
    return true;
  });
}

/** Converged means observed: counts and sizes are read once more. */
async function requireScaled({ fly, scale, work }: Scaling): Promise<void> {
  const machines = (await listMachines(fly, scale.platformName, work.signal)).filter(
    (machine) =>
      !isGone(machine) &&
      isReachable(machine) &&
      (metadataOf(machine.config, 'processGroup') ?? 'app') === 'app',
  );
  const problems = Object.entries(scale.counts).flatMap(([region, count]) => {
    const there = machines.filter((machine) => machine.region === region).length;
    return there === count ? [] : [`${there} machines are in ${region} and not ${count}`];
  });
  const odd = machines.filter((machine) => !hasSize(machine.config, scale.vm));
  problems.push(...odd.map((machine) => `machine ${machine.id} has another size`));
  if (problems.length === 0) return;
  throw new ToolError(
    'DEPLOY_NOT_CONVERGED',
    `${scale.platformName} is not as it was asked to be: ${problems.join(', ')}.`,
    { hint: 'Somebody else may change it at the same time: look at it with glidepath status.' },
  );
}

function withinMsOf({ scale, fly }: Scaling): number {
  return scale.app.health?.withinMs ?? fly.timing.startWithinMs;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
