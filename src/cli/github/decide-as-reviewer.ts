import { approvalEnvironment } from '../../config/github-names.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { CodeHostReader, HostPendingReview, HostWorkflowRun } from '../../providers/code-host.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { writeJson } from '../output.ts';
import type { GithubDesk } from './github-desk.ts';

/** What is decided, and of which commit; null: of whichever waits. */
export interface ReviewersDecision {
  readonly environment: string;
  readonly decision: 'approved' | 'rejected';
  readonly commit: string | null;
  readonly plan: string | null;
}

/** A run that waits for the reviewers of an environment. */
export interface WaitingReview {
  readonly run: HostWorkflowRun;
  readonly pending: HostPendingReview;
}

/** Runs that wait for the reviewers of an environment, newest first of each GitHub workflow that deploys to it. */
export async function waitingReviews(
  host: CodeHostReader,
  environment: string,
): Promise<readonly WaitingReview[]> {
  const name = approvalEnvironment(environment);
  const found: WaitingReview[] = [];
  for (const file of [`deploy-${environment}.yml`, 'operations.yml']) {
    const waiting = (await host.workflowRuns(file)).filter(({ status }) => status === 'waiting');
    for (const run of waiting) {
      const pending = (await host.pendingReviews(run.id)).find((each) => each.environment === name);
      if (pending !== undefined) found.push({ run, pending });
    }
  }
  return found;
}

/**
 * Decides as one of the reviewers of an environment what its run on GitHub waits for, as on the page of the run. Throws
 * APPROVAL_REFUSED where nothing waits, where more than one run does, and for somebody who is not asked.
 */
export async function decideAsReviewer(
  context: CommandContext,
  desk: GithubDesk,
  asked: ReviewersDecision,
): Promise<ExitCode> {
  const { environment, decision } = asked;
  const { run, pending } = await requireReview(context, desk, asked);
  await desk.host.reviewRun(run.id, {
    environmentIds: [pending.environmentId],
    isApproved: decision === 'approved',
  });
  const by = (await desk.host.viewer()) ?? '';
  const { output } = context;
  if (output.json) writeJson(output, { environment, commit: run.headSha, decision, by, url: run.url });
  else output.write(`✓ ${decision} by ${by}: ${run.title}\n  ${run.url}\n`);
  return EXIT.ok;
}

async function requireReview(
  context: CommandContext,
  { host }: GithubDesk,
  { environment, decision, commit, plan }: ReviewersDecision,
): Promise<WaitingReview> {
  const word = decision === 'approved' ? 'approve' : 'reject';
  if (plan !== null)
    throw new ToolError('CLI_USAGE', '--plan is for approvals by comment. Nothing was changed.', {
      hint: `The reviewers of ${environment} decide about the plan on the page of the run, and the deployment refuses any other`,
    });
  const all = await waitingReviews(host, environment);
  const meant = commit === null ? all : all.filter(({ run }) => isOf(run, commit));
  const [found, second] = meant;
  if (found === undefined)
    throw refused(
      `No run waits for the reviewers of ${environment}${commit === null ? '' : ` with the commit ${commit}`}.`,
      all.length > 0
        ? `Others wait: ${urlsOf(all)}`
        : 'They are asked once the job Gates of a deployment has passed',
    );
  if (second !== undefined)
    throw refused(
      `${meant.length} runs wait for the reviewers of ${environment}.`,
      `Name one by its commit: glidepath ${word} ${environment} --commit ${found.run.headSha.slice(0, 7)}, or decide on its page: ${urlsOf(meant)}`,
    );
  const { reviewers, mayDecide } = found.pending;
  if (mayDecide) return found;
  const person = reviewers.find((each) => !each.includes('/'));
  throw refused(
    `Only the reviewers of ${environment} decide about this run: ${reviewers.join(', ')}.`,
    context.isLocal && person !== undefined
      ? `glidepath ${word} ${environment} --as ${person} --local`
      : `One of them decides here: ${found.run.url}`,
  );
}

/** Runs by hand are of the main branch; their title has the commit that was asked for. */
function isOf({ headSha, title }: HostWorkflowRun, commit: string): boolean {
  const short = commit.toLowerCase().slice(0, 7);
  return headSha.startsWith(commit.toLowerCase()) || title.toLowerCase().includes(short);
}

function urlsOf(reviews: readonly WaitingReview[]): string {
  return reviews.map(({ run }) => run.url).join(' · ');
}

function refused(message: string, hint: string): ToolError {
  return new ToolError('APPROVAL_REFUSED', `${message} Nothing was changed.`, { hint });
}
