import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { commandText } from '../../pipeline/approval/approval-command.ts';
import { shortPlan } from '../../pipeline/approval/plan-hash.ts';
import { utcTime } from '../../util/utc-time.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { writeJson } from '../output.ts';
import type { Workbench } from '../workbench.ts';
import { requestAmong, threadsOf } from './approval-thread.ts';
import { requireDesk } from './github-desk.ts';

/** What is decided, and about what. */
export interface GithubDecision {
  readonly environment: string;
  readonly decision: 'approved' | 'rejected';
  readonly commit: string | null;
  readonly plan: string | null;
}

/**
 * Approves or rejects on GitHub from here: shows what was asked for, and writes the comment as the person whose token it is.
 * The comment is the approval; whether it counts is decided where it is read. Throws APPROVAL_REFUSED and APPROVAL_VOID.
 */
export async function decideOnGithub(
  context: CommandContext,
  bench: Workbench,
  { environment, decision, commit: given, plan }: GithubDecision,
): Promise<ExitCode> {
  const desk = await requireDesk(context, bench);
  const sha =
    given === null ? await bench.source.resolveRef('HEAD') : ((await desk.host.commitOf(given)) ?? given);
  const threads = await threadsOf(desk.host, environment, sha);
  for (const { number, comments } of threads) {
    const found = requestAmong(comments, environment, sha);
    if (found === null) continue;
    const { request } = found;
    if (plan !== null && !request.plan.startsWith(plan.toLowerCase())) {
      throw new ToolError(
        'APPROVAL_VOID',
        `Plan ${shortPlan(request.plan)} waits for an approval in ${environment}, and not ${shortPlan(plan)}. Nothing was changed.`,
        { hint: `Read it: ${found.comment.url}` },
      );
    }
    const kind = decision === 'approved' ? 'approve' : 'reject';
    const { output } = context;
    if (!output.json) {
      output.write(
        `${request.action} of ${sha.slice(0, 7)} to ${environment}, plan ${shortPlan(request.plan)}, asked by ${request.by} on ${utcTime(request.at)}:\n`,
      );
      request.steps.forEach((title, index) => output.write(`  ${index + 1}. ${title}\n`));
    }
    const said = await desk.host.addComment(number, commandText(kind, request));
    if (output.json)
      writeJson(output, {
        environment,
        commit: sha,
        plan: request.plan,
        decision,
        by: said.author,
        url: said.url,
      });
    else output.write(`✓ ${decision} by ${said.author}: ${said.url}\n`);
    return EXIT.ok;
  }
  throw new ToolError(
    'APPROVAL_REFUSED',
    `Nothing waits for an approval of ${sha.slice(0, 7)} in ${environment} on GitHub. Nothing was changed.`,
    {
      hint: `Name the commit with --commit; it is asked for by: glidepath gates ${environment}, in deploy-${environment}.yml`,
    },
  );
}
