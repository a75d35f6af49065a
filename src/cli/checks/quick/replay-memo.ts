import type { ChecksOutcome } from '../../../checks/check-event.ts';
import { rememberedResult } from '../../../checks/check-result.ts';
import type { Memo } from './memo.ts';

/**
 * How a run ends in which everything is as the memo has it, or was restored: as that run did, but for how long ago it all
 * was.
 */
export function replayMemo(
  { plan, held }: Memo,
  restored: ReadonlySet<string>,
  { startedAt, now }: { readonly startedAt: number; readonly now: number },
): ChecksOutcome {
  const results = plan.selected.flatMap(({ check }, index) => {
    const found = held[index];
    if (found === undefined) return [];
    const from = restored.has(check.name)
      ? ({ from: 'restored', where: 'this machine' } as const)
      : ({ from: 'in-place', where: 'this checkout' } as const);
    return [rememberedResult({ check, key: found.key }, { ...found, ...from }, now)];
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
