import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { requireEventOfReviewApp } from '../../pipeline/github/review-event.ts';
import { forPullRequest } from '../../plan/for-pull-request.ts';
import type { Trigger } from '../../plan/plan.ts';
import type { HostPullRequest } from '../../providers/code-host.ts';
import { carryOut } from '../runs/carry-out.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { pullRequestNumber } from '../review/pull-request-number.ts';
import { openPullRequests, type PullRequests } from '../review/pull-requests.ts';
import { readGithubContext } from '../github/read-github-context.ts';
import { cancelRuns } from '../review/review-runs.ts';
import { sayDrift } from '../runs/say-drift.ts';
import type { Workbench } from '../workbench.ts';
import { openBench, requireEnvironment } from './deploy.ts';
import { planFor } from './plan.ts';

/**
 * `glidepath review open <pr>`: the head of a pull request in an environment of its own, made or brought up to date. Not
 * what it would be merged to: what is looked at is what was pushed.
 */
export async function reviewOpen(
  context: CommandContext,
  typed: string,
  options: { readonly ref: string | null },
): Promise<ExitCode> {
  const number = pullRequestNumber(typed);
  const event = readGithubContext(context);
  if (event !== null) requireEventOfReviewApp(event, number, 'open');
  await using bench = await openBench(context);
  const trigger: Trigger = { kind: 'pull-request', number, action: 'opened' };
  const { deployments } = planFor(bench.project, trigger, { environments: {} });
  const { pullRequests } = await openPullRequests(context, bench);
  const pull = pullRequests === null ? null : await requireOpen(pullRequests, number);
  const ofEvent = event?.pullRequest?.number === number ? event.pullRequest : null;
  const ref = options.ref ?? ofEvent?.headSha ?? pull?.headSha ?? headInstead(context, number);
  const commit = await commitOf(bench, ref, number);
  if (ofEvent !== null && commit !== ofEvent.headSha) throw otherCommit(ref, number);
  for (const deployment of deployments) {
    // Nobody goes on with what was interrupted once there is something newer.
    await cancelRuns(bench, deployment.lockKey, ['interrupted'], context.by);
    const environment = forPullRequest(requireEnvironment(bench.project, deployment.environment), number);
    await sayDrift(context, bench, environment);
    const named = options.ref ?? ofEvent?.headRef ?? pull?.headRef ?? ref;
    const code = await carryOut(context, bench, {
      deployment,
      environment,
      trigger,
      commit,
      ref: named,
      release: null,
    });
    if (code !== EXIT.ok) return code;
  }
  return EXIT.ok;
}

/** Asks GitHub whether it is one that may have a review app. Throws REVIEW_UNKNOWN and GITHUB_EVENT_MISMATCH. */
async function requireOpen(pullRequests: PullRequests, number: number): Promise<HostPullRequest> {
  const { repository } = pullRequests;
  const found = await pullRequests.find(number);
  const hint = 'See which have a review app: glidepath review list';
  if (found === null)
    throw new ToolError('REVIEW_UNKNOWN', `${repository} has no pull request ${number}.`, { hint });
  if (found.state === 'closed')
    throw new ToolError(
      'REVIEW_UNKNOWN',
      `Pull request ${number} of ${repository} is ${found.isMerged ? 'merged' : 'closed'}.`,
      { hint },
    );
  const isOurs = found.headRepository?.toLowerCase() === repository.toLowerCase();
  if (isOurs && found.author !== 'dependabot[bot]') return found;
  const whose = isOurs ? 'Dependabot' : `a fork (${found.headRepository ?? 'a repository that is gone'})`;
  throw new ToolError(
    'GITHUB_EVENT_MISMATCH',
    `Pull request ${number} comes from ${whose}: code that nobody here has reviewed gets neither a review app nor a secret. Nothing was changed.`,
    {
      hint: 'Have someone with write access review it, push the branch to this repository and open a pull request from there.',
    },
  );
}

function headInstead(context: CommandContext, number: number): string {
  context.output.error(
    `Cannot look up the head of pull request ${number} on GitHub, so HEAD of this clone is used. Name another commit with --ref.\n`,
  );
  return 'HEAD';
}

function otherCommit(ref: string, number: number): ToolError {
  return new ToolError(
    'GITHUB_EVENT_MISMATCH',
    `${ref} is not the head of pull request ${number}, which this run is about. Nothing was changed.`,
    { hint: 'Omit --ref to use the head.' },
  );
}

/** A clone for one branch does not have the commits of another. */
async function commitOf(bench: Workbench, ref: string, number: number): Promise<string> {
  if (await bench.source.hasRef(ref)) return bench.source.resolveRef(ref);
  const { github } = bench.project;
  throw new ToolError(
    'SOURCE_UNKNOWN_REF',
    `This clone does not have ${ref.slice(0, 40)}, the head of pull request ${number}.`,
    {
      hint: `Fetch it${github.repository === null ? '' : ` from ${github.repository}`}: git fetch origin pull/${number}/head`,
    },
  );
}
