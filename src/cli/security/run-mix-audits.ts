import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Finding } from '../../reports/finding.ts';
import { readDepsAudit, readHexAudit } from '../../security/advisories/mix-audits.ts';
import type { Inventory } from '../../security/components/component.ts';
import { systemClock } from '../../util/clock.ts';
import { runProcess } from '../../util/run-process.ts';
import type { SecurityWork } from './security-work.ts';

/** What mix found, and what it could not say. */
export interface MixAudits {
  readonly findings: readonly Finding[];
  readonly skipped: readonly string[];
}

/** mix compiles its own tasks first, on a machine that has never done so. */
const TIMEOUT_MS = 300_000;

/** Asks `mix hex.audit` and `mix deps.audit` about a mix.lock, where mix and the tasks are there. */
export async function runMixAudits(
  { context, root }: SecurityWork,
  inventory: Inventory,
): Promise<MixAudits> {
  const { source } = inventory;
  if (!hasProgram('mix', context.env['PATH'] ?? ''))
    return {
      findings: [],
      skipped: [`mix is not installed: hex.audit and deps.audit did not check ${source}.`],
    };
  const run = async (args: readonly string[]): Promise<{ text: string; exitCode: number | null }> => {
    const lines: string[] = [];
    const { exitCode } = await runProcess(spawn, systemClock, {
      program: 'mix',
      args,
      cwd: join(root, dirname(source)),
      env: Object.fromEntries(
        Object.entries(context.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
      ),
      signal: context.interrupt,
      timeoutMs: TIMEOUT_MS,
      onLine: (line) => lines.push(line),
    });
    return { text: lines.join('\n'), exitCode };
  };
  const audits = [
    { task: 'hex.audit', ...(await run(['hex.audit'])), read: readHexAudit },
    { task: 'deps.audit', ...(await run(['deps.audit', '--format', 'json'])), read: readDepsAudit },
  ].map(({ task, text, exitCode, read }) => ({ task, exitCode, found: read(text, inventory) }));
  return {
    findings: audits.flatMap(({ found }) => found ?? []),
    skipped: audits
      .filter(({ found }) => found === null)
      .map(
        ({ task, exitCode }) =>
          `mix ${task} did not check ${source}: it ended with ${exitCode ?? 'a signal'} and printed nothing recognizable.`,
      ),
  };
}

function hasProgram(name: string, path: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}
