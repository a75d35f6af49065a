import { environmentRefs } from '../../config/environment-refs.ts';
import type { ResolvedEnvironment } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { refusalWords, voidWords } from '../../pipeline/approval/approval-words.ts';
import {
  refusalOf,
  type ApprovalQuestion,
  type Decision,
  type RefusalKind,
} from '../../pipeline/approval/decide-approval.ts';
import { planDifference, shortPlan } from '../../pipeline/approval/plan-hash.ts';
import type { WaitingRequest } from '../../pipeline/approval/waiting-request.ts';
import { matchesRefPattern } from '../../plan/ref-pattern.ts';
import type { HostComment } from '../../providers/code-host.ts';
import { utcTime } from '../../util/utc-time.ts';
import type { CommandContext } from '../command-context.ts';
import type { Workbench } from '../workbench.ts';
import { helpText } from './approval-comment.ts';
import { peopleOf } from './approval-people.ts';
import { commentGateOf, questionOf } from './approval-question.ts';
import { requestAmong, requestsAmong } from './approval-thread.ts';
import type { GithubDesk } from './github-desk.ts';
import { link, plain } from './markdown.ts';

/** A comment that approves or rejects, with the thread that it stands in. */
export interface DecisionComment {
  readonly context: CommandContext;
  readonly bench: Workbench;
  readonly desk: GithubDesk;
  readonly issue: number;
  readonly comment: HostComment;
  readonly command: Decision;
  readonly thread: readonly HostComment[];
}

/**
 * Answers whoever approved or rejected, and starts the deployment again where the approval counts. It decides nothing: the
 * run that it starts reads the comment itself, and asks again. Throws APPROVAL_REFUSED or APPROVAL_VOID, after answering.
 * Returns what was done.
 */
export async function answerDecision(asked: DecisionComment): Promise<string> {
  const { bench, desk, issue, comment, command, thread } = asked;
  const environment = bench.project.environments.find(({ name }) => name === command.environment);
  const gate = environment === undefined ? null : commentGateOf(environment);
  if (environment === undefined || gate === null) {
    const why = `"${command.environment}" is no environment that waits for an approval by comment`;
    await desk.host.addComment(issue, helpText(why));
    return `Not carried out: ${why}.`;
  }
  const found = requestAmong(thread, command.environment, command.commit);
  const [newest] = requestsAmong(thread)
    .filter(({ request }) => request.environment === command.environment)
    .toSorted((a, b) => b.request.at - a.request.at);
  const request = (found ?? newest)?.request ?? null;
  if (request === null) return refuse(asked, null, 'nothing waits for an approval here', 'APPROVAL_REFUSED');
  const question = await questionOf(desk.host, gate, request);
  const people = await peopleOf(desk.host, [comment.author], gate.approvers);
  const kind = refusalOf(question, { comment, command }, people, bench.clock.now());
  if (kind !== null) return refuseBecause(asked, question, request, kind);
  if (command.kind === 'reject') {
    const said = `Rejected by ${comment.author}: ${request.commit.slice(0, 7)} is not deployed to ${environment.name}.`;
    await reply(asked, `${plain(said)} A later approval of somebody who may approve takes that back.`);
    return said;
  }
  await startAgain(asked, environment, request);
  const until = utcTime(comment.createdAt + gate.expiresAfterMs);
  const said = `Approved by ${comment.author} until ${until}: ${request.action} of ${request.commit.slice(0, 7)} to ${environment.name} by plan ${shortPlan(request.plan)}. The deployment was started.`;
  const { url } = await desk.host.repository();
  await reply(asked, `${plain(said)} ${link('See the runs', `${url}/actions`)}.`);
  return said;
}

async function refuseBecause(
  asked: DecisionComment,
  question: ApprovalQuestion,
  request: WaitingRequest,
  kind: RefusalKind,
): Promise<string> {
  const { comment, command } = asked;
  if (kind === 'other-plan' || kind === 'other-commit') {
    const before = request.earlier.find(({ plan }) => plan.startsWith(command.plan))?.parts ?? null;
    const difference = planDifference(before, request.parts);
    return refuse(asked, request, voidWords(question, { comment, command }, difference), 'APPROVAL_VOID');
  }
  return refuse(asked, request, refusalWords({ comment, command, kind }, question), 'APPROVAL_REFUSED');
}

/** Answers, and throws. */
async function refuse(
  asked: DecisionComment,
  request: WaitingRequest | null,
  why: string,
  code: 'APPROVAL_REFUSED' | 'APPROVAL_VOID',
): Promise<never> {
  const { command, comment } = asked;
  const what = `${command.kind === 'approve' ? 'approval' : 'rejection'} of ${command.commit.slice(0, 7)} in ${command.environment}`;
  const sentence = /[.]$/.test(why) ? why : `${why}.`;
  await reply(asked, `Not taken: ${plain(sentence)}`);
  throw new ToolError(code, `The ${what} by ${comment.author} does not count: ${sentence}`, {
    hint:
      request === null
        ? `Ask for it first: glidepath gates ${command.environment}, which deploy-${command.environment}.yml does`
        : `The comment that asks has the line to write, for somebody who may approve: ${command.environment}, ${request.commit.slice(0, 7)}, plan ${shortPlan(request.plan)}`,
  });
}

async function reply({ desk, issue, comment }: DecisionComment, said: string): Promise<void> {
  await desk.host.addComment(issue, `${said}\n\n<sub>About [this comment](${comment.url}).</sub>`);
}

/** A deployment at the branch or tag that it was asked for at, as far as the environment listens to it; at the main branch else. */
async function startAgain(
  { desk, bench, comment }: DecisionComment,
  environment: ResolvedEnvironment,
  { ref, commit, action }: WaitingRequest,
): Promise<void> {
  const { mainBranch } = bench.project;
  const reason = `Approved by ${comment.author}`;
  if (action === 'promote') {
    const inputs = { action, environment: environment.name, confirm: environment.name, reason };
    return desk.host.dispatchWorkflow('operations.yml', mainBranch, inputs);
  }
  const { branches, tags } = environmentRefs(environment, mainBranch);
  const isKnown = [...branches, ...tags].some((pattern) => matchesRefPattern(pattern, ref));
  await desk.host.dispatchWorkflow(`deploy-${environment.name}.yml`, isKnown ? ref : mainBranch, {
    ref: commit,
    confirm: environment.name,
    reason,
  });
}
