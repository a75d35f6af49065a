import type { LintContext } from '../lint-context.ts';
import { isAtLeastLock } from '../locks/table-lock.ts';

/**
 * Whether a lock that is over in a moment may still be waited for without end, or kept others waiting for what comes:
 * nothing bounds the wait for it, or the transaction already keeps people out of another table.
 */
export function isUnguarded(context: LintContext): boolean {
  const held = context.transaction?.locks ?? [];
  return (
    !context.hasLockTimeout ||
    held.some(({ table, lock }) => isAtLeastLock(lock, 'Share') && !context.isNew(table))
  );
}
