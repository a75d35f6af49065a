import type { ResolvedApproval } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { commandText } from '../../pipeline/approval/approval-command.ts';
import { refusalWords } from '../../pipeline/approval/approval-words.ts';
import { refusalOf, type Decision } from '../../pipeline/approval/decide-approval.ts';
import { shortPlan } from '../../pipeline/approval/plan-hash.ts';
import type { WaitingRequest } from '../../pipeline/approval/waiting-request.ts';
import type { CodeHostReader, HostComment } from '../../providers/code-host.ts';
import { peopleOf } from './approval-people.ts';
import { questionOf } from './approval-question.ts';

/** Whose decision is about to be written, and on what. */
export interface OwnDecision {
  readonly host: CodeHostReader;
  readonly gate: ResolvedApproval;
  readonly request: WaitingRequest;
  readonly kind: Decision['kind'];
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  readonly isLocal: boolean;
  /** Told that it could not be seen whether the decision will count. */
  readonly warn: (line: string) => void;
}

/**
 * Throws APPROVAL_REFUSED where the comment of whoever asks would not count: nothing is written then. Where the token may
 * not see a team, that is warned of, and left to the run that reads the comment.
 */
export async function requireOwnDecision(own: OwnDecision): Promise<void> {
  const { host, gate, request, kind } = own;
  const viewer = await host.viewer();
  const question = await questionOf(host, gate, request);
  const body = commandText(kind, request);
  const command: Decision = {
    kind,
    environment: request.environment,
    commit: request.commit,
    plan: request.plan,
  };
  const comment = commentBy(viewer, body, own.now);
  const people = await peopleOf(host, [comment.author], gate.approvers).catch((error: unknown) => {
    if (!(error instanceof ToolError) || error.code !== 'PROVIDER_UNAUTHORIZED') throw error;
    own.warn(`! Whether this counts cannot be seen with this token: ${error.message}`);
    return null;
  });
  if (people === null) return;
  const refusal = refusalOf(question, { comment, command }, people, own.now);
  if (refusal === null) return;
  const why = refusalWords({ comment, command, kind: refusal }, question);
  throw new ToolError('APPROVAL_REFUSED', `${capital(why)}. Nothing was written.`, {
    hint: otherPerson(own),
  });
}

/** As it would stand there. */
function commentBy(viewer: string | null, body: string, now: number): HostComment {
  return {
    id: 0,
    author: viewer ?? 'an App',
    isByApp: viewer === null,
    isByInsider: true,
    body,
    createdAt: now,
    updatedAt: now,
    url: '',
  };
}

function otherPerson({ isLocal, kind, request: { environment, commit, plan } }: OwnDecision): string {
  const line = `glidepath ${kind} ${environment} --commit ${commit.slice(0, 7)} --plan ${shortPlan(plan)}`;
  return isLocal ? `As somebody else: ${line} --as ada --local` : `Somebody else runs: ${line}`;
}

function capital(sentence: string): string {
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
}
