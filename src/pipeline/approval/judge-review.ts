import { ToolError } from '../../diagnostics/tool-error.ts';
import { durationWords, list } from '../../plan/words.ts';
import { utcTime } from '../../util/utc-time.ts';
import { shortPlan } from './plan-hash.ts';
import type { GrantedApproval } from './granted-approval.ts';
import type { ReviewedPlan } from './reviewed-plan.ts';

/** What reviewers of GitHub let in, and what is about to be done. */
export interface ReviewQuestion {
  readonly environment: string;
  readonly action: 'deploy' | 'promote';
  /** Full sha. */
  readonly commit: string;
  /** The hash of the plan as it is now. */
  readonly plan: string;
  readonly expiresAfterMs: number;
  /** When what is live went live; null: nothing is. */
  readonly liveSince: number | null;
  readonly reviewed: ReviewedPlan;
  /** Logins that approved this run, of all its attempts; GitHub gives neither times nor an order. */
  readonly reviews: readonly string[];
  /** Of those: who asked for the deployment, where that is no approval, and who is not among the approvers. */
  readonly initiators: readonly string[];
  readonly strangers: readonly string[];
  readonly now: number;
}

/** The shell that notes the time leaves out what a second is made of. */
const SECOND_MS = 1000;

/**
 * The approval of the reviewers of a GitHub environment, for the record. It holds for the plan that they were asked about,
 * for as long as `expires` says, and until something else goes live. Throws APPROVAL_VOID and APPROVAL_REFUSED. Pure.
 */
export function judgeReview(question: ReviewQuestion): GrantedApproval {
  const { environment, commit, plan, reviewed, reviews, initiators, strangers } = question;
  const short = commit.slice(0, 7);
  const ref = question.action === 'deploy' ? ` -f ref=${commit}` : '';
  const again = `Start it anew, and have it reviewed: gh workflow run operations.yml -f action=${question.action} -f environment=${environment}${ref} -f confirm=${environment}`;
  if (reviews.length <= reviewed.reviewsBefore) {
    throw refused(
      `Nobody approved this attempt of the run for ${environment}; whoever goes past the reviewers as an administrator approves nothing.`,
      again,
    );
  }
  // Which of them is of this attempt GitHub does not say.
  const asked = reviews.find((login) => initiators.includes(login));
  const stranger = reviews.find((login) => strangers.includes(login));
  if (asked !== undefined)
    throw refused(`${asked} approved this run, and asked for the deployment as well.`, again);
  if (stranger !== undefined)
    throw refused(`${stranger} approved this run, and is not among the approvers of ${environment}.`, again);
  const who = list([...new Set(reviews)]);
  if (reviewed.plan !== plan) {
    throw new ToolError(
      'APPROVAL_VOID',
      `${who} agreed to ${short} in ${environment} by plan ${shortPlan(reviewed.plan)}, and it is plan ${shortPlan(plan)} now: the approval is void. Nothing was changed.`,
      { hint: again },
    );
  }
  const when = utcTime(reviewed.at);
  if (question.now - reviewed.at > question.expiresAfterMs) {
    const holds = durationWords(question.expiresAfterMs);
    throw refused(`${who} agreed to ${short} in ${environment} on ${when}, which holds for ${holds}.`, again);
  }
  if (question.liveSince !== null && reviewed.at + SECOND_MS <= question.liveSince)
    throw refused(`${who} agreed to ${short} on ${when}, and ${environment} was changed since.`, again);
  return { by: who, url: null, at: reviewed.at, plan };
}

function refused(message: string, hint: string): ToolError {
  return new ToolError('APPROVAL_REFUSED', `${message} Nothing was changed.`, { hint });
}
