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
import type { ReviewedPlan } from '../../pipeline/approval/reviewed-plan.ts';
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
  /** What reviewers of GitHub agreed to, as the jobs before say; missing where they say nothing. */
  readonly reviewed?: ReviewedPlan;
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

/**
 * Who asked for a deployment, where they may not agree to it. Throws APPROVAL_REFUSED where nobody knows who asked: then
 * nobody can be kept from agreeing to their own.
 */
export async function excludedFrom(
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
