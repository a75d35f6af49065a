import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { AppDeployment, DeployResult, PlatformWork } from '../../app-platform.ts';
import type { FlyContext } from '../fly-context.ts';
import { BEFORE } from '../journal-keys.ts';
import { listMachines } from '../machines/list-machines.ts';
import { metadataOf } from '../machines/machine-config.ts';
import { digestIn } from '../machines/machine-state.ts';
import { rolloutPlan, savedState, savedStateAsJson, type SavedState } from '../rollout/rollout-plan.ts';
import { prepareVolumes } from '../volumes/volumes.ts';
import type { Machine } from '../client/wire-types.ts';
import { bluegreen } from './bluegreen.ts';
import { canary } from './canary.ts';
import { immediate } from './immediate.ts';
import { requireReplaceable, settleLostMachines } from './lost-machines.ts';
import { reportMixed, requireConverged } from './require-converged.ts';
import { rolling } from './rolling.ts';
import type { MachineResult, Rollout, Strategy } from './rollout.ts';
import { removeStrays } from './stray-machines.ts';

const STRATEGIES: Readonly<Record<AppDeployment['app']['strategy'], Strategy>> = {
  rolling,
  bluegreen,
  canary,
  immediate,
};

/**
 * Puts a release on every machine of an app: image there → what runs may be replaced → what runs is saved → the app's
 * strategy → everything is read again.
 *
 * Every part is journaled and looks before it acts, so that it can be called again after a crash at any instant, and be
 * undone from its journal alone. Whatever the strategy, machines end with the counts and regions that are written.
 */
export async function deployApp(
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
  for (const { id, group } of before.leftAlone) work.log(`machine ${id} (${group}) is left alone`);
  requireReplaceable(deployment, before, work);
  await warnOfLostImages(fly, before, work);
  await prepareVolumes(fly, app, platformName, work);
  const plan = rolloutPlan(app, before);
  const rollout: Rollout = {
    fly,
    deployment,
    work,
    before,
    plan,
    listed,
    digest: digestIn(deployment.image),
  };
  try {
    const machines = await strategyOf(rollout)(rollout);
    await settleLostMachines(rollout);
    await requireConverged(rollout).catch(async (error: unknown) => {
      if (!(await removeStrays(rollout, machines))) throw error;
      await requireConverged(rollout);
    });
    return resultOf(rollout, machines);
  } catch (error) {
    if (!work.signal.aborted) await reportMixed(rollout);
    throw error;
  }
}

/** A machine with a volume has no place beside it: the config refuses such a strategy, an imported app may have one. */
function strategyOf({ deployment, work }: Rollout): Strategy {
  const { app } = deployment;
  const isBeside = app.strategy === 'bluegreen' || app.strategy === 'canary';
  if (!isBeside || app.volume === null) return STRATEGIES[app.strategy];
  work.log(
    `${app.name} has a volume, which stays with its machine: ${app.strategy} is carried out as rolling`,
  );
  return rolling;
}

function resultOf({ work }: Rollout, results: readonly MachineResult[]): DeployResult {
  const unproven = results.filter((machine) => !machine.isProven).map(({ id }) => id);
  if (unproven.length > 0) {
    work.log(
      `unproven, for they sleep: ${unproven.join(', ')}; the first request that wakes one shows whether it runs`,
    );
  }
  return {
    machines: results.map(({ id, region, durationMs, created }) => ({ id, region, durationMs, created })),
    unproven,
  };
}

function commitsOf(machines: readonly Machine[]): string[] {
  const serving = machines.filter((machine) => metadataOf(machine.config, 'processGroup') === 'app');
  const commits = serving.map((machine) => metadataOf(machine.config, 'commit'));
  return [...new Set(commits.filter((commit) => commit !== null))];
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
