import { ToolError } from '../../diagnostics/tool-error.ts';
import { durationWords } from '../../plan/words.ts';
import { utcTime } from '../../util/utc-time.ts';
import { commandText } from './approval-command.ts';
import type { ApprovalQuestion, ApprovalState, RefusalKind, RefusedCommand } from './decide-approval.ts';
import { shortPlan } from './plan-hash.ts';

/** Why a command does not count, as a sentence without its end: `ada may not write to the repository`. Pure. */
export function refusalWords(
  { comment, command, kind }: RefusedCommand,
  question: Pick<ApprovalQuestion, 'commit' | 'plan' | 'expiresAfterMs' | 'approvers' | 'environment'>,
): string {
  const who = comment.author;
  const words: Readonly<Record<RefusalKind, string>> = {
    bot: `${who} is not a person`,
    edited: `${who} edited the comment after writing it; write another one`,
    'no-right': `${who} has no write access to the repository`,
    'no-approver': `${who} is not among the approvers of ${question.environment}: ${question.approvers.join(', ')}`,
    initiator: `${who} requested the deployment, so somebody else has to approve it`,
    expired: `${who} agreed on ${utcTime(comment.createdAt)}, which holds for ${durationWords(question.expiresAfterMs)}`,
    used: `${who} agreed on ${utcTime(comment.createdAt)}, and ${question.environment} was changed since`,
    'other-commit': `${who} agreed to commit ${command.commit.slice(0, 7)}, and this is ${question.commit.slice(0, 7)}`,
    'other-plan': `${who} agreed to plan ${shortPlan(command.plan)}, and it is ${shortPlan(question.plan)} now`,
  };
  return words[kind];
}

/** What stops a deployment that is not approved, or is not any more. `difference` names what changed, as far as is known. Pure. */
export function approvalError(
  question: ApprovalQuestion,
  state: Exclude<ApprovalState, { kind: 'approved' }>,
  more: { readonly difference: string; readonly askedAt: string | null },
): ToolError {
  const { environment, commit, plan } = question;
  const what = `${commit.slice(0, 7)} in ${environment}`;
  const how = commandText('approve', question);
  const hint = `Somebody who may agrees by the comment "${how}"${more.askedAt === null ? '' : ` at ${more.askedAt}`}, or with: glidepath approve ${environment} --commit ${commit.slice(0, 7)} --plan ${shortPlan(plan)}`;
  switch (state.kind) {
    case 'rejected':
      return new ToolError(
        'GATE_APPROVAL_REJECTED',
        `${what} was rejected by ${state.comment.author}. Nothing was changed.`,
        { hint: `See why: ${state.comment.url}` },
      );
    case 'void':
      return new ToolError('APPROVAL_VOID', voidWords(question, state, more.difference), { hint });
    case 'pending': {
      // What somebody agreed to before, for another commit, is no reason why nobody agreed to this one.
      const last = state.refused.findLast(({ command }) => commit.startsWith(command.commit));
      const why =
        last === undefined ? 'Nobody has approved' : `${refusalWords(last, question)}: nobody has approved`;
      return new ToolError(
        'APPROVAL_REFUSED',
        `${why} ${what} by plan ${shortPlan(plan)}. Nothing was changed.`,
        {
          hint,
        },
      );
    }
    default:
      throw new TypeError(`unknown ${String(state satisfies never)}`);
  }
}

/** What was agreed to, what is there instead, and what differs. Pure. */
export function voidWords(
  { environment, commit, plan }: Pick<ApprovalQuestion, 'environment' | 'commit' | 'plan'>,
  { comment, command }: Pick<Extract<ApprovalState, { kind: 'void' }>, 'comment' | 'command'>,
  difference: string,
): string {
  const agreed = `${command.commit.slice(0, 7)} by plan ${shortPlan(command.plan)}`;
  const now = `${commit.slice(0, 7)} by plan ${shortPlan(plan)}`;
  const changed = difference === '' ? '' : ` What changed: ${difference}.`;
  return `${comment.author} agreed to ${agreed}, and ${environment} would get ${now}: the approval is void.${changed} Nothing was changed.`;
}
