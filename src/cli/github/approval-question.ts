import type { ResolvedApproval, ResolvedEnvironment } from '../../config/resolved.ts';
import type { ApprovalQuestion } from '../../pipeline/approval/decide-approval.ts';
import type { WaitingRequest } from '../../pipeline/approval/waiting-request.ts';
import type { CodeHostReader } from '../../providers/code-host.ts';
import { initiatorsOf } from './approval-people.ts';

/** The approval by a comment that an environment waits for; null: it waits for none. Pure. */
export function commentGateOf({ gates }: Pick<ResolvedEnvironment, 'gates'>): ResolvedApproval | null {
  const found = gates.find((gate) => gate.kind === 'approval' && gate.by === 'comment' && !gate.optional);
  return found?.kind === 'approval' ? found : null;
}

/** What is agreed to by whoever answers a request. What is live meanwhile is asked by the run that an approval starts. */
export async function questionOf(
  host: CodeHostReader,
  gate: ResolvedApproval,
  request: WaitingRequest,
): Promise<ApprovalQuestion> {
  const { environment, commit, plan } = request;
  const known = gate.excludesInitiator
    ? await initiatorsOf(host, { environment, commit, actors: [request.by] })
    : [];
  return {
    environment,
    commit,
    plan,
    expiresAfterMs: gate.expiresAfterMs,
    approvers: gate.approvers,
    excluded: known,
    liveSince: null,
  };
}
