import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { ResolvedProject } from '../../config/resolved.ts';
import { explainNoMatch } from '../../plan/explain-no-match.ts';
import { matchEnvironments } from '../../plan/match-environments.ts';
import type { Observed, Plan, Trigger } from '../../plan/plan.ts';
import { planTrigger, type PlanOptions } from '../../plan/plan-trigger.ts';
import { parseTrigger } from '../../plan/trigger.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { writeJson } from '../output.ts';
import { renderPlanTree } from '../views/run/plan-tree.ts';
import { renderDiagnostic } from '../views/problem.ts';
import { openProject, stateDirOf } from '../project/open-project.ts';

/** `glidepath plan <trigger>`: what would be done, and why; changes nothing. */
export async function plan(
  context: CommandContext,
  words: readonly string[],
  options: { isMermaid: boolean; isExitCode: boolean },
): Promise<ExitCode> {
  const { project, root } = await openProject(context);
  const trigger = parseTriggerWords(words);
  const { observed, problems } = await observeWhereKnown(context, project, root, trigger);
  const { output } = context;
  const planned = planFor(project, trigger, observed);
  if (output.json) {
    writeJson(output, planned);
  } else if (options.isMermaid) {
    const { renderPlanMermaid } = await import('../views/run/plan-mermaid.ts');
    output.write(renderPlanMermaid(planned));
  } else {
    output.write(renderPlanTree(planned, { color: output.color, width: Math.min(output.width, 140) }));
  }
  // Beside the plan, which is one document: what would stop it now need not when it is carried out.
  for (const problem of problems) output.error(`${renderDiagnostic(problem, output.color)}\n`);
  return options.isExitCode && planned.deployments.length > 0 ? EXIT.changesPending : EXIT.ok;
}

/** The trigger of these words; throws PLAN_UNKNOWN_TRIGGER. */
export function parseTriggerWords(words: readonly string[]): Trigger {
  const parsed = parseTrigger([...words]);
  if ('severity' in parsed) throw new ToolError(parsed.code, parsed.message, { hint: parsed.hint });
  return parsed;
}

/** The plan of a trigger; throws when nothing listens to it, naming what the environments listen to. */
export function planFor(
  project: ResolvedProject,
  trigger: Trigger,
  observed: Observed,
  options: PlanOptions = {},
): Plan {
  const planned = planTrigger(project, trigger, observed, options);
  if (planned.deployments.length > 0) return planned;
  const reason = explainNoMatch(project, trigger);
  throw new ToolError(reason.code, reason.message, { hint: reason.hint });
}

/**
 * Reads what runs where it can be read: on the local cloud when asked, else where the environment's token is set.
 * A plan without that knowledge is still a plan. What would stop it is found on the way.
 */
async function observeWhereKnown(
  context: CommandContext,
  project: ResolvedProject,
  root: string,
  trigger: Trigger,
): Promise<{ observed: Observed; problems: readonly Diagnostic[] }> {
  const matches = matchEnvironments(project, trigger);
  const wanted = matches.map((match) => match.environment);
  const hasToken = wanted.some((environment) =>
    [...environment.apps, ...environment.databases].some(
      ({ token }) => token !== null && (context.env[token] ?? '') !== '',
    ),
  );
  const hasState = existsSync(join(stateDirOf(root, context.isLocal), 'state.db'));
  if (!context.isLocal && !(hasToken && hasState)) return { observed: { environments: {} }, problems: [] };
  const { openWorkbench } = await import('../wiring.ts');
  const { observe } = await import('../../pipeline/observe.ts');
  const { lookAheadOfPlan } = await import('../../pipeline/look-ahead.ts');
  const { withProgress } = await import('../progress.ts');
  const bench = await openWorkbench(context);
  try {
    return await withProgress(context, 'Reading what runs', async () => {
      const standing = matches.flatMap((match) => (match.action === 'destroy' ? [] : [match.environment]));
      const problems = await lookAheadOfPlan(standing, bench);
      return { observed: await observe(wanted, bench), problems: problems.map(bench.place) };
    });
  } finally {
    await bench.close();
  }
}
