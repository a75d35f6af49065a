import type { CloudInfo } from '../../cloud/control/cloud-info.ts';
import type { ResolvedProject } from '../../config/resolved.ts';
import type { CommandContext } from '../command-context.ts';
import { cloudDirOf, openProject } from '../project/open-project.ts';
import { cloudNotRunning } from './cloud-not-running.ts';

/** The running local cloud of the project of this command. Throws CLOUD_NOT_RUNNING. */
export async function openControl(
  context: CommandContext,
): Promise<{ readonly cloud: CloudInfo; readonly project: ResolvedProject }> {
  const { project, root } = await openProject(context);
  const { readCloud } = await import('../../cloud/control/client.ts');
  const stateDir = cloudDirOf(root);
  const cloud = await readCloud(stateDir);
  if (cloud !== null) return { cloud, project };
  throw await cloudNotRunning(stateDir);
}
