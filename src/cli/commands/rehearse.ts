import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { ResolvedProject } from '../../config/resolved.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { requireCloud } from '../platforms/local-cloud.ts';
import { openProject } from '../project/open-project.ts';
import { parseRehearsal, type RehearsalFlags } from '../rehearsal/parse-rehearsal.ts';
import { rehearsalWords, type Rehearsal } from '../rehearsal/rehearsal.ts';
import { ensureCloud } from './cloud.ts';
import { deployTrigger, openBench } from './deploy.ts';
import { planFor } from './plan.ts';

/** What is typed after `rehearse` besides the event. */
export interface RehearseOptions {
  readonly flags: RehearsalFlags;
  /** Files that the commit changes. */
  readonly changes: readonly string[];
  /** Actions whose tools may be missing here. */
  readonly withoutTool: readonly string[];
}

/**
 * `glidepath rehearse push|tag|pr|merge-queue|dispatch|schedule …`: lets something happen on the local GitHub and carries out what its
 * GitHub workflows make of it, on the local cloud; starts that if need be. A project without GitHub workflows has its
 * deployments carried out without them.
 */
export async function rehearse(
  context: CommandContext,
  words: readonly string[],
  options: RehearseOptions,
): Promise<ExitCode> {
  const rehearsal = parseRehearsal(words, options.flags);
  if ('severity' in rehearsal)
    throw new ToolError(rehearsal.code, rehearsal.message, { hint: rehearsal.hint });
  if (options.changes.length > 0 && !takesChanges(rehearsal)) {
    throw new ToolError(
      'CLI_USAGE',
      `${rehearsalWords(rehearsal)} pushes no new commit, so there is nothing to change.`,
      {
        hint: 'Leave --change out, or rehearse a push first: glidepath rehearse push main --change FILE',
      },
    );
  }
  const { project, root } = await openProject(context);
  if (!project.github.workflows) return rehearseDirectly(context, rehearsal, { project, root, options });
  // Asked before the cloud is started: nothing is left running where there is nothing to rehearse.
  const { createGitSource } = await import('../../providers/git/git-source.ts');
  await createGitSource({ root }).resolveRef('HEAD');
  await ensureCloud(context, root);
  const { rehearseOnGithub } = await import('../rehearsal/rehearse-on-github.ts');
  const cloud = await requireCloud(context, root);
  const { changes, withoutTool } = options;
  return await rehearseOnGithub(context, rehearsal, { project, root, cloud, changes, withoutTool });
}

/** Whether a commit is made that could have something else in it. */
function takesChanges(rehearsal: Rehearsal): boolean {
  switch (rehearsal.kind) {
    case 'push':
      return rehearsal.from === undefined;
    case 'dispatch':
    case 'schedule':
      return false;
    default:
      return true;
  }
}

/** What a push or a tag would deploy, at once and from this repository. */
async function rehearseDirectly(
  context: CommandContext,
  rehearsal: Rehearsal,
  on: { readonly project: ResolvedProject; readonly root: string; readonly options: RehearseOptions },
): Promise<ExitCode> {
  const { project, root, options } = on;
  const isCarriedOn = rehearsal.kind === 'push' && rehearsal.from !== undefined;
  if ((rehearsal.kind !== 'push' && rehearsal.kind !== 'tag') || isCarriedOn || options.changes.length > 0) {
    const what = options.changes.length > 0 ? 'A change' : rehearsalWords(rehearsal);
    throw new ToolError('PLAN_UNKNOWN_TRIGGER', `${what} can only be rehearsed with GitHub workflows.`, {
      hint: `Name the repository in glidepath.config.ts: github: { repository: 'owner/${project.name}' }`,
    });
  }
  planFor(project, rehearsal, { environments: {} });
  const ref = await refToRehearse(
    context,
    root,
    rehearsal.kind === 'push' ? rehearsal.branch : rehearsal.tag,
  );
  await ensureCloud(context, root);
  await using bench = await openBench(context);
  const code = await deployTrigger(context, bench, rehearsal, null, ref, { isRehearsal: true });
  if (code === EXIT.ok && !context.output.json) {
    context.output.write('\nLook around: glidepath status --local · stop: glidepath cloud down\n');
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
