import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { findReviewApps, type ReviewApp } from '../../pipeline/review/find-review-apps.ts';
import { judgeReviewApp } from '../../pipeline/review/judge-review-app.ts';
import { closeReviewApp } from '../review/close-review-app.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { writeJson } from '../output.ts';
import { withProgress } from '../progress.ts';
import { openPullRequests } from '../review/pull-requests.ts';
import { reviewReaders } from '../review/review-readers.ts';
import { paint } from '../views/text/paint.ts';
import type { Workbench } from '../workbench.ts';
import { openBench } from './deploy.ts';
import { planFor } from './plan.ts';

/** What became of one review app. */
interface Reaped {
  readonly environment: string;
  readonly pullRequest: number;
  readonly action: 'removed' | 'would-remove' | 'kept' | 'failed';
  readonly reason: string;
}

/**
 * `glidepath review reap`: removes every review app whose pull request is not open any more, or that has expired. They are
 * found by what the platforms list. One that cannot be removed does not keep the others.
 */
export async function reviewReap(
  context: CommandContext,
  { isDryRun }: { readonly isDryRun: boolean },
): Promise<ExitCode> {
  await using bench = await openBench(context);
  const { pullRequests, problem } = await openPullRequests(context, bench);
  if (problem !== null)
    context.output.error(
      `! Cannot look up pull requests (${problem}): only expired review apps are removed.\n`,
    );
  const { found, strangers } = await withProgress(context, 'Looking for review apps', () =>
    findReviewApps(bench.project, reviewReaders(bench)),
  );
  const reaped: Reaped[] = [];
  for (const review of found) {
    const state = pullRequests === null ? null : await pullRequests.stateOf(review.pullRequest);
    const verdict = judgeReviewApp({ state, expiresAt: review.expiresAt }, bench.clock.now());
    const action = !verdict.isOver
      ? 'kept'
      : isDryRun
        ? 'would-remove'
        : await remove(context, bench, review);
    reaped.push({
      environment: review.environment.name,
      pullRequest: review.pullRequest,
      action,
      reason: verdict.reason,
    });
  }
  if (context.output.json) writeJson(context.output, { reviewApps: reaped, strangers }, true);
  else sayReaped(context, reaped, strangers);
  return reaped.some(({ action }) => action === 'failed') ? EXIT.failed : EXIT.ok;
}

async function remove(
  context: CommandContext,
  bench: Workbench,
  { environment, template, pullRequest: number }: ReviewApp,
): Promise<'removed' | 'failed'> {
  const { deployments } = planFor(
    bench.project,
    { kind: 'pull-request', number, action: 'closed' },
    { environments: {} },
  );
  const deployment = deployments.find((each) => each.environment === template);
  if (deployment === undefined) return 'failed';
  try {
    const code = await closeReviewApp(context, bench, { deployment, environment, number });
    return code === null || code === EXIT.ok ? 'removed' : 'failed';
  } catch (error) {
    if (!(error instanceof ToolError) || context.interrupt.aborted) throw error;
    context.output.error(`${environment.name}: ${error.message}\n`);
    return 'failed';
  }
}

const MARKS = { removed: '✓', 'would-remove': '–', kept: '·', failed: '✗' } as const;
const WORDS = {
  removed: 'removed',
  'would-remove': 'would be removed',
  kept: 'stays',
  failed: 'could not be removed',
} as const;

function sayReaped(
  { output }: CommandContext,
  reaped: readonly Reaped[],
  strangers: readonly { readonly name: string; readonly reason: string }[],
): void {
  const { bold, dim } = paint(output.color);
  for (const { environment, action, reason } of reaped)
    output.write(`${MARKS[action]} ${bold(environment)} ${WORDS[action]}: ${dim(reason)}\n`);
  for (const { name, reason } of strangers) output.write(`! ${bold(name)} is left alone: ${dim(reason)}\n`);
  if (reaped.length === 0) output.write('There is no review app.\n');
}
