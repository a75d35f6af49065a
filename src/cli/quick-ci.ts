import type { CheckEvent } from '../checks/check-event.ts';
import { readOwnFile } from '../checks/own-files/read-own-file.ts';
import { ownFileRecords } from './project/machine-state.ts';
import { recallMemo, type RecalledMemo } from './checks/quick/recall-memo.ts';
import { replayMemo } from './checks/quick/replay-memo.ts';
import { MEMO_FILE } from './checks/quick/memo.ts';
import { memoVersion } from './checks/quick/memo-version.ts';
import { quickOutput } from './checks/quick/quick-output.ts';
import { checksSummary } from './views/checks/checks-summary.ts';
import { checksView } from './views/checks/checks-view.ts';

/** The module beside this one. */
type QuickRestore = Pick<typeof import('./quick-restore.ts'), 'quickRestore'>;

/**
 * `glidepath ci` where nothing has changed since a run in which nothing had to be done, or nothing but that outputs are gone,
 * which it restores: says so, and is true. False: the whole command has to decide. It is built into one file of its own, with
 * as little as it needs, for Node's own start is most of what such a run takes; `loadRestore` loads what restores.
 */
export async function quickCi(loadRestore: () => QuickRestore): Promise<boolean> {
  const startedAt = Date.now();
  const recalled = memoOfHere();
  if (recalled === null) return false;
  const { memo, changed } = recalled;
  const restored =
    changed.length === 0
      ? new Set<string>()
      : await loadRestore().quickRestore(recalled, process.cwd(), process.env);
  if (restored === null) return false;
  const output = quickOutput();
  const { isTty, color, width } = output;
  const { plan, capacity } = memo;
  const outcome = replayMemo(memo, restored, { startedAt, now: Date.now() });
  const isActions = false;
  using view = checksView({ output, isActions, isVerbose: false, now: Date.now });
  view.onEvent({ type: 'planned', at: startedAt, plan, capacity });
  for (const [index, result] of outcome.results.entries()) {
    const check = plan.selected[index]?.check;
    if (check !== undefined)
      view.onEvent({ type: 'ended', at: startedAt, check, result } satisfies CheckEvent);
  }
  view[Symbol.dispose]();
  if (memo.reports !== null) {
    const { renderReports } = await import('./views/checks/reports.ts');
    output.write(renderReports(memo.reports, { color, width, now: Date.now() }));
  }
  output.write(checksSummary(plan, outcome, { color, hasPicture: isTty }));
  output.flush();
  return true;
}

function memoOfHere(): RecalledMemo | null {
  // Not imported: that would make every part of it.
  const fs = process.getBuiltinModule('node:fs');
  try {
    const records = ownFileRecords(process.env);
    const file = records === null ? null : readOwnFile(`${process.cwd()}/${MEMO_FILE}`, records, fs);
    if (file === null) return null;
    return recallMemo(file, {
      version: memoVersion(process),
      args: process.argv.slice(3),
      env: process.env,
      lstat: fs.lstatSync,
    });
  } catch {
    // None that can be read.
    return null;
  }
}
