import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { ensureCloud } from './cloud.ts';
import { deployTrigger, openBench } from './deploy.ts';
import { parseTriggerWords, planFor } from './plan.ts';
import { openProject } from '../open-project.ts';

/** `glidepath rehearse push|tag …`: carries a trigger out on the local cloud, whole; starts the cloud if need be. */
export async function rehearse(context: CommandContext, words: readonly string[]): Promise<ExitCode> {
  const trigger = parseTriggerWords(words);
  if (trigger.kind !== 'push' && trigger.kind !== 'tag') {
    throw new ToolError('PLAN_UNKNOWN_TRIGGER', `A ${trigger.kind} cannot be rehearsed by this version.`, {
      hint: 'Rehearse a push or a tag: glidepath rehearse push main',
    });
  }
  const { project, root } = await openProject(context);
  planFor(project, trigger, { environments: {} });
  // Asked before the cloud is started: nothing is left running where there is nothing to deploy.
  const ref = await refToRehearse(context, root, trigger.kind === 'push' ? trigger.branch : trigger.tag);
  await ensureCloud(context, root);
  await using bench = await openBench(context);
  const code = await deployTrigger(context, bench, trigger, null, ref, { isRehearsal: true });
  if (code === EXIT.ok && !context.output.json) {
    context.output.write('\nLook at it: glidepath status --local · end it: glidepath cloud down\n');
  }
  return code;
}

/** The branch or tag itself where this repository has it, else HEAD in its place. Throws where there is no commit. */
async function refToRehearse(context: CommandContext, root: string, wanted: string): Promise<string> {
  const { createGitSource } = await import('../../providers/git/git-source.ts');
  const source = createGitSource({ root });
  if (await source.hasRef(wanted)) return wanted;
  await source.resolveRef('HEAD');
  context.output.error(`${wanted} does not exist in this repository; rehearsing with HEAD as ${wanted}.\n`);
  return 'HEAD';
}
