import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../util/clock.ts';
import { endFamily } from '../../util/end-family.ts';
import { isRunning, processStart } from '../../util/process-family.ts';
import { makeStateDir } from '../project/make-state-dir.ts';

/** A run of checks that was killed had its chance to end what it started: what is left has no time to ask for. */
const KILL_AFTER_MS = 200;

/** A run of checks on this host, as long as something of it may run. */
export interface CheckRunRecord {
  /** What its processes are known by. */
  readonly mark: string;
  /** Once nothing of it runs any more. */
  forget(): Promise<void>;
}

/**
 * Writes down that checks run here, before the first one begins, so that the next run ends what is left of them
 * where this process is killed.
 */
export async function recordCheckRun(root: string, random: () => number): Promise<CheckRunRecord> {
  const mark = `run-${process.pid}-${Math.floor(random() * 2 ** 40).toString(36)}`;
  const directory = recordsIn(root);
  makeStateDir(root, directory);
  const file = join(directory, mark);
  await writeFile(file, processStart(process.pid) ?? '');
  return { mark, forget: async () => rm(file, { force: true }) };
}

/** Ends what is left of runs of checks whose process is there no more. Costs next to nothing where there is none. */
export async function endLeftCheckRuns(root: string, clock: Clock): Promise<void> {
  const directory = recordsIn(root);
  const names = await readdir(directory).catch(() => []);
  for (const name of names) {
    const pid = Number(/^run-(\d+)-\w+$/.exec(name)?.[1]);
    if (!Number.isSafeInteger(pid)) continue;
    const file = join(directory, name);
    const startedAt = await readFile(file, 'utf8').catch(() => null);
    // Gone meanwhile; or it runs, and its number is not that of a later process.
    if (startedAt === null || isRunning(pid, startedAt)) continue;
    await endFamily({ mark: name, group: null }, clock, KILL_AFTER_MS);
    await rm(checkLogsIn(root, pid), { recursive: true, force: true });
    await rm(file, { force: true });
  }
}

/** Where a run of checks has logs that are too long for the memory, as long as it runs. */
export function checkLogsIn(root: string, pid: number): string {
  return join(root, '.glidepath', 'logs', String(pid));
}

function recordsIn(root: string): string {
  return join(root, '.glidepath', 'running');
}
