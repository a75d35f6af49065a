import type { HostComment, HostPermission } from '../../providers/code-host.ts';
import { readCommand, type ApprovalCommand } from './approval-command.ts';

/** What has to be agreed to, and by whom. */
export interface ApprovalQuestion {
  readonly environment: string;
  /** Full sha. */
  readonly commit: string;
  /** The hash of the plan, whole. */
  readonly plan: string;
  readonly expiresAfterMs: number;
  /** Logins, or teams as `org/team`; none: whoever may write. */
  readonly approvers: readonly string[];
  /** Who may not agree, for they asked for it; none where that is allowed. */
  readonly excluded: readonly string[];
  /** When what is live went live; null: nothing is. What was agreed to before that has been used, or overtaken. */
  readonly liveSince: number | null;
}

/** What is known of those who wrote. Logins in small letters. */
export interface ApprovalPeople {
  readonly permissions: ReadonlyMap<string, HostPermission>;
  /** Login → the teams, of those among the approvers, that they are in. */
  readonly teams: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Why what somebody wrote does not count. */
export type RefusalKind =
  | 'bot'
  | 'edited'
  | 'no-right'
  | 'no-approver'
  | 'initiator'
  | 'expired'
  | 'used'
  | 'other-commit'
  | 'other-plan';

/** A command that does not count. */
export interface RefusedCommand {
  readonly comment: HostComment;
  readonly command: Decision;
  readonly kind: RefusalKind;
}

/** Approve or reject. */
export type Decision = Extract<ApprovalCommand, { kind: 'approve' | 'reject' }>;

/** How an approval stands. */
export type ApprovalState = { readonly refused: readonly RefusedCommand[] } & (
  | { readonly kind: 'approved'; readonly comment: HostComment; readonly expiresAt: number }
  | { readonly kind: 'rejected'; readonly comment: HostComment }
  /** Somebody who may agree agreed to something else: another plan of this commit, or another commit. */
  | { readonly kind: 'void'; readonly comment: HostComment; readonly command: Decision }
  | { readonly kind: 'pending' }
);

const MAY_WRITE: ReadonlySet<HostPermission> = new Set(['admin', 'maintain', 'write']);

/** The commands of comments that are about an environment, each with its comment. Pure. */
export function decisionsIn(
  comments: readonly HostComment[],
  environment: string,
): readonly { readonly comment: HostComment; readonly command: Decision }[] {
  return comments.flatMap((comment) => {
    const command = readCommand(comment.body);
    if (command === null || (command.kind !== 'approve' && command.kind !== 'reject')) return [];
    return command.environment === environment ? [{ comment, command }] : [];
  });
}

/**
 * How an approval stands by the comments alone: the last word of those who may have one counts. Nothing else is believed,
 * neither what we wrote before nor who started this run. Pure.
 */
export function decideApproval(
  question: ApprovalQuestion,
  comments: readonly HostComment[],
  people: ApprovalPeople,
  now: number,
): ApprovalState {
  const all = decisionsIn(comments, question.environment).toSorted(
    (a, b) => a.comment.createdAt - b.comment.createdAt || a.comment.id - b.comment.id,
  );
  const judged = all.map((one) => ({ ...one, kind: refusalOf(question, one, people, now) }));
  const refused = judged.flatMap(({ kind, ...one }) => (kind === null ? [] : [{ ...one, kind }]));
  const last = judged.findLast(({ kind }) => kind === null);
  if (last !== undefined) {
    const { comment, command } = last;
    return command.kind === 'reject'
      ? { kind: 'rejected', comment, refused }
      : { kind: 'approved', comment, expiresAt: comment.createdAt + question.expiresAfterMs, refused };
  }
  const other = refused.findLast(
    ({ kind, command }) => command.kind === 'approve' && (kind === 'other-plan' || kind === 'other-commit'),
  );
  return other === undefined
    ? { kind: 'pending', refused }
    : { kind: 'void', comment: other.comment, command: other.command, refused };
}

/** Why a command does not count; null where it does. Who wrote comes first: of the rest a stranger is told nothing. Pure. */
export function refusalOf(
  question: ApprovalQuestion,
  { comment, command }: { readonly comment: HostComment; readonly command: Decision },
  people: ApprovalPeople,
  now: number,
): RefusalKind | null {
  const login = comment.author.toLowerCase();
  if (comment.isByApp || login.endsWith('[bot]')) return 'bot';
  if (!MAY_WRITE.has(people.permissions.get(login) ?? 'none')) return 'no-right';
  if (comment.updatedAt !== comment.createdAt) return 'edited';
  if (!isApprover(question, login, people)) return 'no-approver';
  // Whoever asked may take it back.
  const isExcluded = question.excluded.some((each) => each.toLowerCase() === login);
  if (command.kind === 'approve' && isExcluded) return 'initiator';
  if (question.liveSince !== null && comment.createdAt < question.liveSince) return 'used';
  if (!question.commit.startsWith(command.commit)) return 'other-commit';
  // A commit is rejected whatever is planned for it.
  if (command.kind === 'reject') return null;
  if (now - comment.createdAt > question.expiresAfterMs) return 'expired';
  return question.plan.startsWith(command.plan) ? null : 'other-plan';
}

function isApprover({ approvers }: ApprovalQuestion, login: string, people: ApprovalPeople): boolean {
  if (approvers.length === 0) return true;
  const teams = people.teams.get(login) ?? new Set();
  return approvers.some((each) => (each.includes('/') ? teams.has(each) : each.toLowerCase() === login));
}
