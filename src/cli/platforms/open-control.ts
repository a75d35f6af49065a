import type { CloudInfo } from '../../cloud/control/cloud-info.ts';
import type { ResolvedProject } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { CommandContext } from '../command-context.ts';
import { cloudDirOf, openProject } from '../project/open-project.ts';

/** The running local cloud of the project of this command. Throws CLOUD_NOT_RUNNING. */
export async function openControl(
  context: CommandContext,
): Promise<{ readonly cloud: CloudInfo; readonly project: ResolvedProject }> {
  const { project, root } = await openProject(context);
  const { readCloud } = await import('../../cloud/control/client.ts');
  const cloud = await readCloud(cloudDirOf(root));
  if (cloud !== null) return { cloud, project };
  throw new ToolError('CLOUD_NOT_RUNNING', 'The local cloud of this project is not running.', {
    hint: 'Start it: glidepath cloud up',
  });
}
