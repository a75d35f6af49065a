import type { ResolvedApproval } from '../../config/resolved.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { commandText } from '../../pipeline/approval/approval-command.ts';
import { shortPlan } from '../../pipeline/approval/plan-hash.ts';
import type { WaitingRequest } from '../../pipeline/approval/waiting-request.ts';
import { utcTime } from '../../util/utc-time.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { writeJson } from '../output.ts';
import { localHint } from '../views/problem.ts';
import type { Workbench } from '../workbench.ts';
import { commentGateOf } from './approval-question.ts';
import { decideAsReviewer } from './decide-as-reviewer.ts';
import { requestAmong, threadsOf } from './approval-thread.ts';
import { deskOfPerson } from './desk-of-person.ts';
import { requireDesk, type GithubDesk } from './github-desk.ts';
import { readHistoryAt } from './read-history.ts';
import { requireOwnDecision } from './require-own-decision.ts';
import { waitingApprovals } from './waiting-approvals.ts';

/** What is decided, and about what. */
export interface GithubDecision {
  readonly environment: string;
  readonly decision: 'approved' | 'rejected';
  readonly commit: string | null;
  readonly plan: string | null;
  /** As whom, on the local GitHub; null: as the person whose token it is. */
  readonly as: string | null;
}

/**
 * Approves or rejects on GitHub from here: shows what was asked for, and writes the comment, or decides as a reviewer where
 * those are asked. The comment is the approval; whether it counts is decided where it is read. One that would not count is
 * not written. Throws APPROVAL_REFUSED and APPROVAL_VOID.
 */
export async function decideOnGithub(
  context: CommandContext,
  bench: Workbench,
  asked: GithubDecision,
): Promise<ExitCode> {
  const { environment, decision, plan } = asked;
  const isReviewed = isByReviewers(bench, environment);
  const gate = isReviewed ? null : requireGate(bench, environment);
  const desk =
    asked.as === null ? await requireDesk(context, bench) : await deskOfPerson(context, bench, asked.as);
  if (gate === null) return decideAsReviewer(context, desk, asked);
  const { request, issue, url } = await requireRequest(context, bench, { desk, gate, asked });
  if (plan !== null && !request.plan.startsWith(plan.toLowerCase())) {
    throw new ToolError(
      'APPROVAL_VOID',
      `Plan ${shortPlan(request.plan)} waits for an approval in ${environment}, and not ${shortPlan(plan)}. Nothing was changed.`,
      { hint: `Read it: ${url}` },
    );
  }
  const kind = decision === 'approved' ? 'approve' : 'reject';
  if (!context.output.json) showRequest(context, request);
  await requireOwnDecision({
    host: desk.host,
    gate,
    request,
    kind,
    now: bench.clock.now(),
    isLocal: context.isLocal,
    warn: (line) => context.output.error(`${line}\n`),
  });
  const said = await desk.host.addComment(issue, commandText(kind, request));
  const { output } = context;
  if (output.json)
    writeJson(output, {
      environment,
      commit: request.commit,
      plan: request.plan,
      decision,
      by: said.author,
      url: said.url,
    });
  else {
    output.write(`✓ ${decision} by ${said.author}: ${said.url}\n`);
    if (kind === 'approve')
      output.write(`  approvals.yml starts the deployment: ${(await desk.host.repository()).url}/actions\n`);
  }
  return EXIT.ok;
}

function requireGate({ project }: Workbench, environment: string): ResolvedApproval {
  const found = project.environments.find(({ name }) => name === environment);
  const gate = found === undefined ? null : commentGateOf(found);
  if (gate !== null) return gate;
  throw new ToolError('APPROVAL_REFUSED', `${environment} waits for no approval. Nothing was changed.`, {
    hint: `Nothing but its gates holds it up: glidepath gates ${environment}`,
  });
}

function isByReviewers({ project }: Workbench, environment: string): boolean {
  const found = project.environments.find(({ name }) => name === environment);
  return found?.gates.some((each) => each.kind === 'approval' && each.by === 'reviewers') === true;
}

/** What was asked for in GitHub for a commit. */
interface FoundRequest {
  readonly request: WaitingRequest;
  /** The thread that it stands in, and its own page. */
  readonly issue: number;
  readonly url: string;
}

async function requireRequest(
  context: CommandContext,
  bench: Workbench,
  { desk, gate, asked }: { desk: GithubDesk; gate: ResolvedApproval; asked: GithubDecision },
): Promise<FoundRequest> {
  const { environment } = asked;
  const sha = await commitOf(bench, desk, asked.commit);
  for (const { number, comments } of await threadsOf(desk.host, environment, sha)) {
    const found = requestAmong(comments, environment, sha);
    if (found !== null) return { request: found.request, issue: number, url: found.comment.url };
  }
  await readHistoryAt(desk, context, bench, [environment]);
  const liveSince = bench.history.live(environment)?.at ?? null;
  const others = await waitingApprovals(desk.host, gate, { environment, liveSince, now: bench.clock.now() });
  const word = asked.decision === 'approved' ? 'approve' : 'reject';
  const hints = others.map(({ request: { commit } }) =>
    localHint(`glidepath ${word} ${environment} --commit ${commit.slice(0, 7)}`, context.isLocal),
  );
  throw new ToolError(
    'APPROVAL_REFUSED',
    `Nothing waits for an approval of ${sha.slice(0, 7)} in ${environment} on GitHub. Nothing was changed.`,
    {
      hint:
        hints.length > 0
          ? `Another commit waits: ${hints.join(' · ')}`
          : `Name the commit with --commit; it is asked for by: glidepath gates ${environment}, in deploy-${environment}.yml`,
    },
  );
}

/** A full sha, or a short one that GitHub does not know; throws CLI_USAGE for what can be none. */
async function commitOf(bench: Workbench, desk: GithubDesk, given: string | null): Promise<string> {
  if (given === null) return bench.source.resolveRef('HEAD');
  const found = await desk.host.commitOf(given);
  if (found !== null || /^[0-9a-f]{7,40}$/i.test(given)) return found ?? given.toLowerCase();
  throw new ToolError('CLI_USAGE', `GitHub has no commit, branch or tag ${given}. Nothing was changed.`, {
    hint: 'Give --commit the commit as the comment that asks names it',
  });
}

function showRequest({ output }: CommandContext, request: WaitingRequest): void {
  const { action, commit, environment, plan, by, at, steps } = request;
  output.write(
    `${action} of ${commit.slice(0, 7)} to ${environment}, plan ${shortPlan(plan)}, asked by ${by} on ${utcTime(at)}:\n`,
  );
  steps.forEach((title, index) => output.write(`  ${index + 1}. ${title}\n`));
}
