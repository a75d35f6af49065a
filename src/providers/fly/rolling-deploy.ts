import type { AppDeployment, DeployResult, PlatformWork } from '../app-platform.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Json } from '../../util/json.ts';
import type { FlyContext } from './fly-context.ts';
import { notConvergedError } from './deploy-errors.ts';
import { createOnce } from './machine-create.ts';
import { changeMachine } from './machine-change.ts';
import { appMachineConfig, metadataOf } from './machine-config.ts';
import { digestIn, digestOf, isAsleep, isGone } from './machine-state.ts';
import { watchUntilHealthy } from './machine-watch.ts';
import { rolloutPlan, savedState, savedStateAsJson } from './rollout-plan.ts';
import type { RolloutPlan, SavedMachine, SavedState } from './rollout-plan.ts';
import { inWaves } from './rollout-waves.ts';
import { recordedSecretsVersion } from './secrets.ts';
import type { Machine, MachineConfig } from './wire-types.ts';

/** Journal key of what was there before the first change. */
export const BEFORE = 'before';
/** New machines take nothing out of service, so that several may start at once; flyctl's own pool size. */
const CREATE_WIDTH = 8;

type MachineResult = DeployResult['machines'][number];

/** One deployment in progress. */
interface Rollout {
  readonly fly: FlyContext;
  readonly deployment: AppDeployment;
  readonly work: PlatformWork;
  readonly before: SavedState;
  /** What is there at this try's start. */
  readonly listed: readonly Machine[];
  readonly digest: string | null;
}

/**
 * The rolling strategy: save what is there → create missing machines → update one → update the rest, at most
 * `maxUnavailable` at once → remove surplus → read everything again.
 *
 * Every part is journaled and looks before it acts, so that it can be called again after a crash at any instant.
 */
export async function rollingDeploy(
  fly: FlyContext,
  deployment: AppDeployment,
  work: PlatformWork,
): Promise<DeployResult> {
  const { app, platformName } = deployment;
  await requireImage(fly, deployment, work);
  const listed = await listMachines(fly, platformName, work.signal);
  await deployment.guard?.(commitsOf(listed));
  const before = (await work.once(BEFORE, async () =>
    savedStateAsJson(savedState(listed)),
  )) as unknown as SavedState;
  if (app.strategy !== 'rolling') {
    work.log(`strategy ${app.strategy} is carried out as rolling by this version`);
  }
  for (const { id, group } of before.leftAlone) work.log(`machine ${id} (${group}) is left alone`);
  await warnOfLostImages(fly, before, work);
  const rollout: Rollout = { fly, deployment, work, before, listed, digest: digestIn(deployment.image) };
  const machines = await carryOut(rollout, rolloutPlan(app, before));
  await requireConverged(rollout);
  return { machines };
}

function commitsOf(machines: readonly Machine[]): string[] {
  const serving = machines.filter((machine) => metadataOf(machine.config, 'processGroup') === 'app');
  const commits = serving.map((machine) => metadataOf(machine.config, 'commit'));
  return [...new Set(commits.filter((commit) => commit !== null))];
}

async function carryOut(rollout: Rollout, plan: RolloutPlan): Promise<MachineResult[]> {
  const { work, deployment } = rollout;
  const creations = plan.create.map((slot) => async () => createMachine(rollout, slot));
  const updates = plan.update.map((machine) => async () => updateMachine(rollout, machine));
  const created = await inWaves(creations, CREATE_WIDTH, work.signal);
  const width = Math.max(1, deployment.app.maxUnavailable);
  const updated = await inWaves(updates, width, work.signal);
  for (const machine of plan.remove) await removeMachine(rollout, machine);
  return [...created, ...updated];
}

/** All machines of an app; PROVIDER_NOT_FOUND when there is no such app. */
export async function listMachines(fly: FlyContext, app: string, signal: AbortSignal): Promise<Machine[]> {
  const machines = await fly.machines.list(app, signal);
  if (machines !== null) return machines;
  throw new ToolError('PROVIDER_NOT_FOUND', `Fly has no app named ${app}.`, {
    hint: `Check the name, and that the token can see it: fly apps list`,
  });
}

/** The prefix of every key that a deployment with this journal writes into machines. */
export function keyPrefix(work: PlatformWork): string {
  return `${work.idempotencyKey}/`;
}

async function requireImage(fly: FlyContext, deployment: AppDeployment, work: PlatformWork): Promise<void> {
  if (await fly.registry.hasManifest(deployment.image, work.signal)) return;
  throw new ToolError('DEPLOY_IMAGE_MISSING', `The image ${deployment.image} is not in the registry.`, {
    hint: `Build it again by deploying the commit: glidepath deploy <environment> --ref ${deployment.commit.slice(0, 7)}`,
  });
}

/** Fly keeps no promise on old images: better to know before the change than when it is to be undone. */
async function warnOfLostImages(fly: FlyContext, before: SavedState, work: PlatformWork): Promise<void> {
  const images = new Set(before.machines.map((machine) => machine.image).filter((image) => image !== null));
  for (const image of images) {
    if (await fly.registry.hasManifest(image, work.signal)) continue;
    work.log(`the image that runs now is gone from the registry, so it could not be put back: ${image}`);
  }
}

function configFor(rollout: Rollout, slot: string): { config: MachineConfig; secretsVersion: number | null } {
  const { deployment, work, before } = rollout;
  const secretsVersion = recordedSecretsVersion(work, deployment.platformName);
  const { releaseVersion } = before;
  const config = appMachineConfig({
    ...deployment,
    releaseVersion,
    secretsVersion,
    key: keyPrefix(work) + slot,
  });
  return { config, secretsVersion };
}

function withinMsOf(rollout: Rollout): number {
  return rollout.deployment.app.health?.withinMs ?? rollout.fly.timing.startWithinMs;
}

async function createMachine(
  rollout: Rollout,
  slot: { region: string; number: number },
): Promise<MachineResult> {
  const { fly, deployment, work } = rollout;
  const name = `create/${slot.region}/${slot.number}`;
  const { config, secretsVersion } = configFor(rollout, name);
  const made = async (): Promise<Json> => {
    const startedAt = fly.clock.now();
    const machine = await createOnce(fly, {
      app: deployment.platformName,
      key: keyPrefix(work) + name,
      listed: rollout.listed,
      signal: work.signal,
      input: {
        config,
        region: slot.region,
        ...(secretsVersion === null ? {} : { min_secrets_version: secretsVersion }),
      },
    });
    work.log(`${slot.region}: machine ${machine.id} created, waiting until it is healthy`);
    const ref = { app: deployment.platformName, id: machine.id };
    const watched = { ref, instanceId: machine.instance_id, before: null, signal: work.signal };
    const healthy = await watchUntilHealthy(fly, { ...watched, withinMs: withinMsOf(rollout) });
    requireSameDigest(rollout, healthy);
    const durationMs = fly.clock.now() - startedAt;
    work.log(`${slot.region}: machine ${machine.id} is healthy after ${seconds(durationMs)}`);
    return { id: machine.id, region: slot.region, durationMs, created: true };
  };
  return (await work.once(name, made)) as unknown as MachineResult;
}

async function updateMachine(rollout: Rollout, saved: SavedMachine): Promise<MachineResult> {
  const { fly, deployment, work } = rollout;
  const { id, region } = saved;
  const name = `update/${id}`;
  const { config, secretsVersion } = configFor(rollout, name);
  const made = async (): Promise<Json> => {
    const { durationMs, isProven } = await changeMachine(fly, {
      ref: { app: deployment.platformName, id },
      config,
      secretsVersion,
      digest: rollout.digest,
      wasAsleep: isAsleep(saved) && deployment.app.sleep !== 'never',
      mustBeHealthy: true,
      leaveCordoned: false,
      withinMs: withinMsOf(rollout),
      isDone: (machine) => isCurrent(rollout, machine, config),
      holder: holderOf(work),
      signal: work.signal,
      log: (line) => work.log(line),
    });
    work.log(
      isProven
        ? `${region}: machine ${id} is healthy on the new release after ${seconds(durationMs)}`
        : `${region}: machine ${id} sleeps; it has the new release, unproven until it wakes`,
    );
    return { id, region, durationMs, created: false };
  };
  return (await work.once(name, made)) as unknown as MachineResult;
}

/** How this work names itself in leases. */
export function holderOf(work: PlatformWork): string {
  return `glidepath ${work.idempotencyKey}`;
}

function isCurrent(rollout: Rollout, machine: Machine, config: MachineConfig): boolean {
  return (
    metadataOf(machine.config, 'release') === rollout.deployment.releaseId &&
    metadataOf(machine.config, 'config') === metadataOf(config, 'config') &&
    (rollout.digest === null || digestOf(machine) === rollout.digest)
  );
}

async function removeMachine(rollout: Rollout, saved: SavedMachine): Promise<void> {
  const { fly, deployment, work } = rollout;
  const ref = { app: deployment.platformName, id: saved.id };
  await work.once(`remove/${saved.id}`, async () => {
    await destroyGently(fly, ref, work.signal);
    work.log(`${saved.region}: machine ${saved.id} removed, one more than is written in the config`);
    return true;
  });
}

/** Cordons, lets it finish what it has, then removes it. One that is gone is no error. */
export async function destroyGently(
  fly: FlyContext,
  ref: { app: string; id: string },
  signal: AbortSignal,
): Promise<void> {
  const all = (await fly.machines.list(ref.app, signal)) ?? [];
  const machine = all.find((candidate) => candidate.id === ref.id);
  if (machine === undefined) return;
  if (machine.state === 'started') {
    await fly.machines.cordon(ref, { signal });
    await fly.machines.stop(ref, { signal });
    await waitUntilStopped(fly, ref, signal);
  }
  await fly.machines.destroy(ref, { signal });
}

async function waitUntilStopped(
  fly: FlyContext,
  ref: { app: string; id: string },
  signal: AbortSignal,
): Promise<void> {
  const deadline = fly.clock.now() + fly.timing.transientMs;
  while (fly.clock.now() < deadline) {
    const { state } = await fly.machines.get(ref, signal);
    if (state !== 'started' && state !== 'stopping') return;
    await fly.clock.sleep(fly.timing.pollMs, signal);
  }
}

function requireSameDigest(rollout: Rollout, machine: Machine): void {
  const digest = digestOf(machine);
  if (rollout.digest === null || digest === rollout.digest) return;
  const ref = { app: rollout.deployment.platformName, id: machine.id };
  throw notConvergedError(ref, `runs ${digest ?? 'an unknown image'} and not ${rollout.digest}`);
}

/** Converged means observed: every machine is read once more, none is taken on trust (invariant 11). */
async function requireConverged(rollout: Rollout): Promise<void> {
  const { fly, deployment, work } = rollout;
  const machines = await listMachines(fly, deployment.platformName, work.signal);
  const leftAlone = new Set(rollout.before.leftAlone.map(({ id }) => id));
  for (const machine of machines) {
    if (isGone(machine) || leftAlone.has(machine.id) || metadataOf(machine.config, 'processGroup') !== 'app')
      continue;
    requireSameDigest(rollout, machine);
    const ref = { app: deployment.platformName, id: machine.id };
    if (machine.cordoned === true) throw notConvergedError(ref, 'is still cordoned');
    const release = metadataOf(machine.config, 'release');
    if (release !== deployment.releaseId)
      throw notConvergedError(ref, `has the release ${release ?? 'of nobody'}`);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
