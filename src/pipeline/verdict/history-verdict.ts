import { worstVerdict, type Verdict } from '../../migrations/verdict/rollback-verdict.ts';
import type { ProbeRecord } from '../probe/probe-record.ts';

/** Whether a release that became live can be gone back from, to the one that was live before it. */
export interface RecordedVerdict {
  readonly verdict: Verdict;
  /** The release before. */
  readonly from: string;
  readonly databases: readonly {
    readonly database: string;
    readonly verdict: Verdict;
    readonly reasons: readonly string[];
  }[];
}

/** The verdict of a release from the probes of its databases; null where none of them was about the release before. */
export function verdictOfRelease(
  probes: readonly ProbeRecord[],
  before: string | null,
): RecordedVerdict | null {
  const databases = probes.flatMap(({ database, verdict }) =>
    verdict === undefined || verdict.from !== before
      ? []
      : [{ database, verdict: verdict.verdict, reasons: verdict.reasons }],
  );
  const verdict = worstVerdict(databases.map((each) => each.verdict));
  return verdict === null || before === null ? null : { verdict, from: before, databases };
}
