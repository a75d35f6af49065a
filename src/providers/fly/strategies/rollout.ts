import type { AppDeployment, DeployResult, PlatformWork } from '../../app-platform.ts';
import { notConvergedError } from '../client/deploy-errors.ts';
import type { FlyContext } from '../fly-context.ts';
import { keyPrefix } from '../journal-keys.ts';
import { appMachineConfig } from '../machines/machine-config.ts';
import { digestOf } from '../machines/machine-state.ts';
import type { RolloutPlan, SavedState } from '../rollout/rollout-plan.ts';
import { recordedSecretsVersion } from '../secrets/secrets.ts';
import type { Machine, MachineConfig } from '../client/wire-types.ts';

/** One deployment in progress. */
export interface Rollout {
  readonly fly: FlyContext;
  readonly deployment: AppDeployment;
  readonly work: PlatformWork;
  readonly before: SavedState;
  readonly plan: RolloutPlan;
  /** What is there at this try's start. */
  readonly listed: readonly Machine[];
  /** What every machine must run afterwards; null when the image is not named by digest. */
  readonly digest: string | null;
}

/** What a strategy did with one machine; journaled. */
export type MachineResult = DeployResult['machines'][number] & {
  /** False when it sleeps: nobody has seen the new release run there. */
  readonly isProven: boolean;
};

/** Puts the release on every machine of the plan. Journals each part and looks before it acts. */
export type Strategy = (rollout: Rollout) => Promise<MachineResult[]>;

/** The config of the machine that this deployment calls `name`, and the secrets it starts with. */
export function configFor(
  rollout: Rollout,
  name: string,
  mounts: readonly unknown[],
): { config: MachineConfig; secretsVersion: number | null } {
  const { deployment, work, before } = rollout;
  const secretsVersion = recordedSecretsVersion(work, deployment.platformName);
  const { releaseVersion } = before;
  const key = keyPrefix(work) + name;
  return {
    config: appMachineConfig({ ...deployment, releaseVersion, secretsVersion, key, mounts }),
    secretsVersion,
  };
}

/** How long a machine may take to become healthy. */
export function withinMsOf({ deployment, fly }: Pick<Rollout, 'deployment' | 'fly'>): number {
  return deployment.app.health?.withinMs ?? fly.timing.startWithinMs;
}

/** Throws DEPLOY_NOT_CONVERGED when a machine runs another image than the one deployed. */
export function requireSameDigest(rollout: Rollout, machine: Machine): void {
  const digest = digestOf(machine);
  if (rollout.digest === null || digest === rollout.digest) return;
  const ref = { app: rollout.deployment.platformName, id: machine.id };
  throw notConvergedError(ref, `runs ${digest ?? 'an unknown image'} and not ${rollout.digest}`);
}

/** A duration for people. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
