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
  await ensureCloud(context, root);
  await using bench = await openBench(context);
  const wanted = trigger.kind === 'push' ? trigger.branch : trigger.tag;
  const ref = (await bench.source.hasRef(wanted)) ? wanted : 'HEAD';
  if (ref === 'HEAD')
    context.output.error(`${wanted} does not exist in this repository; rehearsing with HEAD as ${wanted}.\n`);
  const code = await deployTrigger(context, bench, trigger, null, ref);
  if (code === EXIT.ok && !context.output.json) {
    context.output.write('\nLook at it: glidepath status --local · end it: glidepath cloud down\n');
  }
  return code;
}
