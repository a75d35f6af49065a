import { approvalEnvironment } from '../../config/github-names.ts';
import type { ResolvedApproval, ResolvedEnvironment } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { approvalError } from '../../pipeline/approval/approval-words.ts';
import {
  decideApproval,
  decisionsIn,
  type ApprovalQuestion,
  type ApprovalState,
} from '../../pipeline/approval/decide-approval.ts';
import type { GrantedApproval } from '../../pipeline/approval/granted-approval.ts';
import { planDifference, planHash, planParts, type PlanSubject } from '../../pipeline/approval/plan-hash.ts';
import type { Release } from '../../pipeline/release.ts';
import type { DeploymentPlan } from '../../plan/plan.ts';
import type { Workbench } from '../workbench.ts';
import { initiatorsOf, peopleOf } from './approval-people.ts';
import { requestAmong, threadsOf, type ApprovalThread } from './approval-thread.ts';
import type { GithubDesk } from './github-desk.ts';

/** A deployment that somebody has to agree to on GitHub. */
export interface ApprovalScope {
  readonly bench: Workbench;
  readonly desk: GithubDesk;
  readonly environment: ResolvedEnvironment;
  readonly deployment: DeploymentPlan;
  /** Full sha. */
  readonly commit: string;
  /** The release that exists already; null where the deployment builds its own. */
  readonly release: Release | null;
}

/** How the approval of a deployment stands on GitHub, with all that is needed to ask for it. */
export interface FoundApproval {
  readonly gate: ResolvedApproval;
  readonly question: ApprovalQuestion;
  readonly subject: PlanSubject;
  readonly state: ApprovalState;
  readonly threads: readonly ApprovalThread[];
  /** What differs from the plan that was agreed to; empty where that is not known, or nothing does. */
  readonly difference: string;
}

/** The approval that a deployment waits for; null: it waits for none. Pure. */
export function requiredApproval({ steps }: Pick<DeploymentPlan, 'steps'>): ResolvedApproval | null {
  const gates = steps.flatMap(({ action }) => (action.kind === 'gate' ? [action.gate] : []));
  return (
    (gates.find((gate) => gate.kind === 'approval' && !gate.optional) as ResolvedApproval | null) ?? null
  );
}

/** What a plan is told apart by: of a run that is about to begin. */
export function subjectOf({
  bench,
  environment,
  deployment,
  commit,
  release,
}: Omit<ApprovalScope, 'desk'>): PlanSubject {
  return {
    project: bench.project.name,
    commit,
    environment,
    deployment,
    release: release?.id ?? null,
    live: bench.history.live(environment.name)?.release.id ?? null,
  };
}

/** Reads how an approval by comment stands. The history of the environment has to be read before. */
export async function readApproval(scope: ApprovalScope, gate: ResolvedApproval): Promise<FoundApproval> {
  const { bench, desk, environment, commit } = scope;
  const subject = subjectOf(scope);
  const threads = await threadsOf(desk.host, environment.name, commit);
  const comments = threads.flatMap((thread) => thread.comments);
  const request = requestAmong(comments, environment.name, commit)?.request ?? null;
  const question: ApprovalQuestion = {
    environment: environment.name,
    commit,
    plan: planHash(subject),
    expiresAfterMs: gate.expiresAfterMs,
    approvers: gate.approvers,
    excluded: gate.excludesInitiator ? await excludedFrom(scope, request?.by ?? '') : [],
    liveSince: bench.history.live(environment.name)?.at ?? null,
  };
  const authors = decisionsIn(comments, environment.name).map(({ comment }) => comment.author);
  const people = await peopleOf(desk.host, authors, gate.approvers);
  const state = decideApproval(question, comments, people, bench.clock.now());
  const agreed = state.kind === 'void' ? state.command.plan : null;
  const before = [request, ...(request?.earlier ?? [])].find(
    (each) => agreed !== null && each?.plan.startsWith(agreed) === true,
  );
  const difference = planDifference(before?.parts ?? null, planParts(subject));
  return { gate, question, subject, state, threads, difference };
}

/** Throws APPROVAL_REFUSED where nobody knows who asked: then nobody can be kept from agreeing to their own. */
async function excludedFrom(
  { desk, environment, commit }: ApprovalScope,
  saidToAsk: string,
): Promise<readonly string[]> {
  const { github, host } = desk;
  const actors = github === null ? [(await host.viewer()) ?? ''] : [github.actor, github.triggeringActor];
  const known = await initiatorsOf(host, { environment: environment.name, commit, actors });
  // What our comment says can only exclude more.
  const excluded = [...new Set([...known, saidToAsk])].filter((login) => login !== '');
  if (excluded.length > 0) return excluded;
  throw new ToolError(
    'APPROVAL_REFUSED',
    `Nobody can tell who asked for ${commit.slice(0, 7)} in ${environment.name}, and whoever did may not agree to it. Nothing was changed.`,
    {
      hint: `Start it by hand, so that it has somebody behind it: gh workflow run deploy-${environment.name}.yml -f ref=${commit} -f confirm=${environment.name}`,
    },
  );
}

/** The approval of a comment, for the record; throws what `approvalError` says where there is none. Pure. */
export function grantedBy(found: FoundApproval, askedAt: string | null): GrantedApproval {
  const { state, question, difference } = found;
  if (state.kind !== 'approved') throw approvalError(question, state, { difference, askedAt });
  const { author, url, createdAt } = state.comment;
  return { by: author, url, at: createdAt, plan: question.plan };
}

/**
 * The approval of a reviewer of GitHub, for this very run. Where GitHub asked nobody, for the environment or its plan has no
 * reviewers, nobody has approved. Throws APPROVAL_REFUSED.
 */
export async function reviewedBy(scope: ApprovalScope, gate: ResolvedApproval): Promise<GrantedApproval> {
  const { desk, environment, commit } = scope;
  const name = approvalEnvironment(environment.name);
  if (desk.github === null) {
    throw refused(
      `${environment.name} is approved by reviewers on GitHub, in a run of GitHub Actions, and this is none.`,
      `Start it there: gh workflow run deploy-${environment.name}.yml -f ref=${commit} -f confirm=${environment.name}`,
    );
  }
  const reviews = (await desk.host.reviewsOf(desk.github.runId)).filter(
    ({ environments, isApproved }) => isApproved && environments.includes(name),
  );
  if (reviews.length === 0) throw await unreviewed(desk, name, environment.name);
  const people = await peopleOf(
    desk.host,
    reviews.map(({ by }) => by),
    gate.approvers,
  );
  const excluded = gate.excludesInitiator ? await excludedFrom(scope, '') : [];
  const isExcluded = (login: string): boolean => excluded.some((each) => isSame(each, login));
  const mayAgree = (login: string): boolean =>
    gate.approvers.length === 0 ||
    gate.approvers.some((each) => isSame(each, login)) ||
    (people.teams.get(login.toLowerCase())?.size ?? 0) > 0;
  const review = reviews.findLast(({ by }) => mayAgree(by) && !isExcluded(by));
  if (review !== undefined) return { by: review.by, url: null, at: null, plan: planHash(subjectOf(scope)) };
  const who = reviews.map(({ by }) => by).join(', ');
  throw refused(
    `${who} let this run into ${name}, and ${reviews.some(({ by }) => isExcluded(by)) ? 'asked for the deployment as well' : `is not among the approvers of ${environment.name}`}.`,
    'Somebody else has to approve: start the run again.',
  );
}

async function unreviewed(desk: GithubDesk, name: string, environment: string): Promise<ToolError> {
  const reviewers = await desk.host.reviewersOf(name);
  if (reviewers !== null && reviewers.length > 0) {
    return refused(
      `Nobody approved this run for ${name}; whoever goes past its reviewers as an administrator approves nothing.`,
      `Start it again, and have one of them approve: ${reviewers.join(', ')}`,
    );
  }
  return refused(
    reviewers === null
      ? `There is no environment ${name} on GitHub, so that nobody was asked.`
      : `The environment ${name} on GitHub has no required reviewers, so that nobody was asked.`,
    `Set it up: glidepath github setup. Where the plan of the repository has no reviewers, write approval({ by: 'comment' }) in the gates of ${environment}, and run glidepath generate`,
  );
}

function refused(message: string, hint: string): ToolError {
  return new ToolError('APPROVAL_REFUSED', `${message} Nothing was changed.`, { hint });
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
