import type { ResolvedProject } from '../../config/resolved.ts';
import { matchesRefPattern } from '../../plan/ref-pattern.ts';
import type { Rehearsal } from './rehearsal.ts';

/**
 * What to type after a push that did not go through, where its environment takes only what has passed in that of another
 * branch: a rehearsed push makes a commit of its own, which has passed nowhere. Null where that is not so. Pure.
 */
export function carryOnHint(
  { environments }: Pick<ResolvedProject, 'environments'>,
  rehearsal: Rehearsal,
): string | null {
  if (rehearsal.kind !== 'push' || rehearsal.from !== undefined) return null;
  const { branch } = rehearsal;
  const pushed = environments.filter(({ on }) =>
    on.some((trigger) => trigger.kind === 'push' && matchesRefPattern(trigger.branch, branch)),
  );
  const before = pushed.flatMap(({ gates }) =>
    gates.flatMap((gate) => (gate.kind === 'passed' ? [gate.environment] : [])),
  );
  for (const { name, on } of environments) {
    if (!before.includes(name)) continue;
    const from = on.find((trigger) => trigger.kind === 'push' && /^[\w./-]+$/.test(trigger.branch));
    if (from?.kind === 'push' && from.branch !== branch)
      return `→ To carry on what has passed in ${name}: glidepath rehearse push ${branch} --from ${from.branch}`;
  }
  return null;
}
