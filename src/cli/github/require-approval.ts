import type { GrantedApproval } from '../../pipeline/approval/granted-approval.ts';
import type { CommandContext } from '../command-context.ts';
import { askForApproval } from './ask-for-approval.ts';
import { grantedBy, readApproval, requiredApproval, type ApprovalScope } from './read-approval.ts';
import { reviewedBy } from './review-approval.ts';

/**
 * The approval that a deployment is carried out by, where GitHub is the place of approvals; null where it needs none. A job
 * does not wait for people: what is missing is asked for, and refused with APPROVAL_REFUSED, APPROVAL_VOID or
 * GATE_APPROVAL_REJECTED.
 */
export async function requireApproval(
  context: CommandContext,
  scope: ApprovalScope,
): Promise<GrantedApproval | null> {
  const gate = requiredApproval(scope.deployment);
  if (gate === null) return null;
  if (gate.by === 'reviewers') return reviewedBy(scope, gate);
  const { desk } = scope;
  const found = await readApproval(scope, gate);
  const by = desk.github?.triggeringActor || context.by;
  const asked =
    found.state.kind === 'rejected'
      ? null
      : await desk.quietly('asking for the approval', () =>
          askForApproval(scope, found, { by, isUsed: true }),
        );
  return grantedBy(found, asked?.url ?? null);
}
