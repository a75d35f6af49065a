import type { ChecksOutcome } from '../../../checks/check-event.ts';
import { rememberedResult } from '../../../checks/check-result.ts';
import type { Memo } from './memo.ts';

/** How a run ends in which everything is as the memo has it: as that run did, but for how long ago it all was. */
export function replayMemo({ plan, held }: Memo, startedAt: number, now: number): ChecksOutcome {
  const results = plan.selected.flatMap(({ check }, index) => {
    const found = held[index];
    return found === undefined
      ? []
      : [
          rememberedResult(
            { check, key: found.key },
            { ...found, from: 'in-place', where: 'this checkout' },
            now,
          ),
        ];
  });
  return {
    hasPassed: true,
    results,
    failures: [],
    durationMs: now - startedAt,
    savedMs: results.reduce((sum, { savedMs }) => sum + savedMs, 0),
    criticalPath: [],
    criticalPathMs: 0,
  };
}
