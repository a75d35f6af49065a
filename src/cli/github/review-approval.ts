import { approvalEnvironment } from '../../config/github-names.ts';
import type { ResolvedApproval } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { GrantedApproval } from '../../pipeline/approval/granted-approval.ts';
import { judgeReview } from '../../pipeline/approval/judge-review.ts';
import { planHash } from '../../pipeline/approval/plan-hash.ts';
import { askedText } from '../../pipeline/approval/reviewed-plan.ts';
import { peopleOf } from './approval-people.ts';
import type { GithubDesk } from './github-desk.ts';
import { excludedFrom, subjectOf, type ApprovalScope } from './read-approval.ts';

/** What reviewers are asked next. */
export interface ReviewersAsked {
  /** Logins, and teams as `org/team`. */
  readonly reviewers: readonly string[];
  /** The hash of the plan that they see. */
  readonly plan: string;
  /** The same for the job that deploys; null outside GitHub Actions, where they are not asked. */
  readonly asked: string | null;
}

/**
 * What the reviewers of an environment are asked about, by the job that follows. Throws APPROVAL_REFUSED where GitHub would
 * ask nobody, for the environment or its plan has no reviewers.
 */
export async function askReviewers(scope: ApprovalScope): Promise<ReviewersAsked> {
  const { desk, environment } = scope;
  const reviewers = await requireReviewers(desk, environment.name);
  const plan = planHash(subjectOf(scope));
  const before = desk.github === null ? null : await approvalsOf(desk, desk.github.runId, environment.name);
  return { reviewers, plan, asked: before === null ? null : askedText(plan, before.length) };
}

/**
 * The approval of the reviewers of GitHub, for this very run and the plan that they were asked about. Throws
 * APPROVAL_REFUSED and APPROVAL_VOID.
 */
export async function reviewedBy(scope: ApprovalScope, gate: ResolvedApproval): Promise<GrantedApproval> {
  const { bench, desk, deployment, environment, commit, reviewed } = scope;
  const { name } = environment;
  if (desk.github === null) {
    throw refused(
      `${name} is approved by reviewers on GitHub, in a run of GitHub Actions, and this is none.`,
      `Start it there: gh workflow run operations.yml -f action=deploy -f environment=${name} -f ref=${commit} -f confirm=${name}`,
    );
  }
  await requireReviewers(desk, name);
  if (reviewed === undefined) {
    throw refused(
      `The GitHub workflow does not say which plan the reviewers of ${name} agreed to.`,
      'Have it generated again, and start it anew: glidepath generate',
    );
  }
  const reviews = await approvalsOf(desk, desk.github.runId, name);
  const { teams } = await peopleOf(desk.host, reviews, gate.approvers);
  const excluded = gate.excludesInitiator ? await excludedFrom(scope, '') : [];
  const mayAgree = (login: string): boolean =>
    gate.approvers.length === 0 ||
    gate.approvers.some((each) => isSame(each, login)) ||
    (teams.get(login.toLowerCase())?.size ?? 0) > 0;
  return judgeReview({
    environment: name,
    action: deployment.action === 'promote' ? 'promote' : 'deploy',
    commit,
    plan: planHash(subjectOf(scope)),
    expiresAfterMs: gate.expiresAfterMs,
    liveSince: bench.history.live(name)?.at ?? null,
    reviewed,
    reviews,
    initiators: reviews.filter((login) => excluded.some((each) => isSame(each, login))),
    strangers: reviews.filter((login) => !mayAgree(login)),
    now: bench.clock.now(),
  });
}

/** Who approved a run, of all its attempts. */
async function approvalsOf(desk: GithubDesk, run: number, environment: string): Promise<readonly string[]> {
  const name = approvalEnvironment(environment);
  const reviews = await desk.host.reviewsOf(run);
  return reviews
    .filter(({ environments, isApproved }) => isApproved && environments.includes(name))
    .map(({ by }) => by);
}

async function requireReviewers(desk: GithubDesk, environment: string): Promise<readonly string[]> {
  const name = approvalEnvironment(environment);
  const reviewers = await desk.host.reviewersOf(name);
  if (reviewers !== null && reviewers.length > 0) return reviewers;
  throw refused(
    reviewers === null
      ? `There is no environment ${name} on GitHub, so that nobody is asked.`
      : `The environment ${name} on GitHub has no required reviewers, so that nobody is asked.`,
    `Set it up: glidepath github setup. Where the plan of the repository has no reviewers, write approval({ by: 'comment' }) in the gates of ${environment}, and run glidepath generate`,
  );
}

function refused(message: string, hint: string): ToolError {
  return new ToolError('APPROVAL_REFUSED', `${message} Nothing was changed.`, { hint });
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
