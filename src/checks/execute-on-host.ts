import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolvedCheck } from '../config/resolved.ts';
import { ToolError } from '../diagnostics/tool-error.ts';
import type { Clock } from '../util/clock.ts';
import { MARK_VARIABLE } from '../util/process-family.ts';
import { runProcess, type Spawn } from '../util/run-process.ts';
import type { ExecuteCheck } from './execute-check.ts';

/** What carrying out on this host needs. */
export interface HostOptions {
  readonly spawn: Spawn;
  readonly clock: Clock;
  /** PATH, HOME and what tools need to find themselves. */
  readonly env: Readonly<Record<string, string>>;
  /** Of this run of checks: what its processes are known by. */
  readonly mark: string;
  /** The marks that this process itself carries, where it runs in a check of another. */
  readonly outerMark: string | null;
  readonly redact: (text: string) => string;
}

/** Carries checks out on this host, by the shell, each with all that it starts in a family of its own. */
export function executeOnHost(options: HostOptions): ExecuteCheck {
  const { spawn, clock, redact, outerMark } = options;
  let attempts = 0;
  return async ({ check, root, env, signal, onLine }) => {
    attempts += 1;
    const cwd = join(root, check.directory);
    if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) throw missingDirectory(check);
    const mark = `${options.mark}.${attempts}`;
    return runProcess(spawn, clock, {
      program: '/bin/sh',
      args: ['-c', check.command],
      cwd,
      env: {
        ...options.env,
        ...env,
        [MARK_VARIABLE]: outerMark === null ? mark : `${outerMark}:${mark}`,
      },
      timeoutMs: check.timeoutMs,
      signal,
      onLine,
      redact,
      mark,
    });
  };
}

/** A shell could not be started there either, and what the system says of that names the shell. */
function missingDirectory({ name, directory }: ResolvedCheck): ToolError {
  return new ToolError('CHECK_FAILED', `The check ${name} runs in ${directory}, which does not exist.`, {
    hint: `Correct the directory of the check ${name} in glidepath.config.ts, or check out what is missing.`,
  });
}
