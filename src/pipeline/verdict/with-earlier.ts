import {
  VERDICT_WORDS,
  worstVerdict,
  type JudgedRelease,
} from '../../migrations/verdict/rollback-verdict.ts';
import type { MigratedRecord } from './migrated-records.ts';

/**
 * A verdict, with what deployments have migrated since that failed afterwards: that stands between the two releases, too.
 * The sentence that decides comes first.
 */
export function withEarlier(
  judged: JudgedRelease,
  earlier: readonly Pick<MigratedRecord, 'run' | 'verdict' | 'reason'>[],
): JudgedRelease {
  const notSafe = earlier.filter(({ verdict }) => verdict !== 'safe');
  const verdict = worstVerdict([judged.verdict, ...notSafe.map((each) => each.verdict)]) ?? judged.verdict;
  const said = notSafe.map((each) => ({
    isDeciding: each.verdict === verdict,
    reason: `${each.run} migrated before, from the same release: ${VERDICT_WORDS[each.verdict]}. ${each.reason}`,
  }));
  if (judged.verdict === verdict)
    return { verdict, reasons: [...judged.reasons, ...said.map(({ reason }) => reason)] };
  return {
    verdict,
    reasons: [
      ...said.filter(({ isDeciding }) => isDeciding).map(({ reason }) => reason),
      ...said.filter(({ isDeciding }) => !isDeciding).map(({ reason }) => reason),
      ...judged.reasons,
    ],
  };
}
