import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { CheckResult, ChecksOutcome } from '../../checks/check-event.ts';
import type { CheckLog } from '../../checks/check-log.ts';
import { makeStateDir } from '../project/make-state-dir.ts';
import { reportsDirectory } from '../reports/reports-directory.ts';

/** Keeps on disk what failed checks printed, whole. */
export interface FailedLogs {
  /** A check ran to its end. One that passes now takes the log of its failure before with it. */
  onLog(log: CheckLog, result: CheckResult): void;
  /** The same outcome; the hint of each failure says where its log is. */
  named(outcome: ChecksOutcome): ChecksOutcome;
}

/** The logs of failed checks, as `.glidepath/reports/logs/<check>.log` below `root`; their paths are said as seen from `cwd`. */
export function failedLogs(root: string, cwd: string): FailedLogs {
  const directory = join(reportsDirectory(root), 'logs');
  const files = new Map<string, string>();
  const named = (result: CheckResult): CheckResult => {
    const file = files.get(result.name);
    if (file === undefined || result.problem === null) return result;
    const hint = `${result.problem.hint}\nAll it printed: ${relative(cwd, file)}`;
    return { ...result, problem: { ...result.problem, hint } };
  };
  return {
    onLog(log, { name, status }) {
      const file = join(directory, `${encodeURIComponent(name)}.log`);
      if (status === 'passed') rmSync(file, { force: true });
      if (status !== 'failed') return;
      try {
        makeStateDir(root, directory);
        writeLog(file, log);
        files.set(name, file);
      } catch {
        // A full disk takes nothing from what is said of the failure itself.
      }
    },
    named: (outcome) => ({
      ...outcome,
      results: outcome.results.map(named),
      failures: outcome.failures.map(named),
    }),
  };
}

/** At once: whoever reads the log of the failure before is not left with half of two. */
function writeLog(file: string, log: CheckLog): void {
  const beside = `${file}.${process.pid}`;
  const handle = openSync(beside, 'w', 0o600);
  try {
    for (const chunk of log.chunks()) writeFileSync(handle, chunk);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
  renameSync(beside, file);
}
