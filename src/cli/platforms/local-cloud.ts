import type { CloudInfo } from '../../cloud/control/cloud-info.ts';
import type { CommandContext } from '../command-context.ts';
import { cloudDirOf } from '../project/open-project.ts';
import { cloudNotRunning } from './cloud-not-running.ts';

/**
 * Where a job of the local GitHub finds the cloud it belongs to: its state directory. Set by the local runner alone. A
 * command that runs there works on that cloud, with the tokens of its job and no others, as on the real GitHub.
 */
export const CLOUD_OF_JOB = 'GLIDEPATH_CLOUD';

/** The local cloud that a command works on. */
export interface LocalCloud extends CloudInfo {
  /** Whether tokens are those in the environment of a job; otherwise the cloud gives its own. */
  readonly isInJob: boolean;
}

/** The running cloud of a project, or of the job that this is. Throws `CLOUD_NOT_RUNNING`. */
export async function requireCloud(context: CommandContext, root: string): Promise<LocalCloud> {
  const { readCloud } = await import('../../cloud/control/client.ts');
  const stateDir = context.cloudOfJob ?? cloudDirOf(root);
  const cloud = await readCloud(stateDir);
  if (cloud !== null) return { ...cloud, isInJob: context.cloudOfJob !== null };
  throw await cloudNotRunning(stateDir);
}
