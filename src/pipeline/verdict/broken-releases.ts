import { breaksOldRelease } from '../../migrations/verdict/rollback-verdict.ts';
import type { ProbeRecord } from '../probe/probe-record.ts';
import { breakLines, resultWords } from './verdict-words.ts';

/** That the release which is live does not bear a migration. */
export interface BrokenRelease {
  readonly database: string;
  /** One sentence. */
  readonly sentence: string;
  /** The end of what failed, and the statements to look at. */
  readonly output: readonly string[];
}

/** Those of some probes in which the release that is live was shown not to work on the new schema. */
export function brokenReleases(probes: readonly ProbeRecord[]): readonly BrokenRelease[] {
  return probes.flatMap((probe) => {
    const { verdict } = probe;
    const cell = breaksOldRelease(verdict?.cells ?? []);
    if (verdict === undefined || cell === null) return [];
    const who = cell.app === null ? verdict.from : `${cell.app} of ${verdict.from}`;
    return [
      {
        database: probe.database,
        sentence: `${who}, which is live, ${resultWords(cell)} on the schema after the migration of ${probe.database}: ${sentenceOf(cell.message ?? '')}`,
        output: breakLines(probe, cell, verdict.changes),
      },
    ];
  });
}

/** Messages that end with a command have no full stop. */
function sentenceOf(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
