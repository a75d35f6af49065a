import type { GlobalOptions } from './global-options.ts';
import { hostname, userInfo } from 'node:os';
import { EXIT } from '../diagnostics/error-codes.ts';
import { ERROR_CODES } from '../diagnostics/error-codes.ts';
import { ToolError } from '../diagnostics/tool-error.ts';
import type { CommandContext } from './command-context.ts';
import { CLOUD_OF_JOB } from './platforms/local-cloud.ts';
import { lockWaitMs } from './runs/lock-patience.ts';
import { processOutput, writeJson, type Output } from './output.ts';
import { createProgram } from './program/program.ts';

/** Runs the command of this process's arguments; the exit code is left in `process.exitCode`. */
export async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  const isJson = argv.includes('--json');
  const isInJob = (process.env[CLOUD_OF_JOB] ?? '') !== '';
  const isLocal = argv.includes('--local') || argv[0] === 'rehearse' || isInJob;
  const output = processOutput({ json: isJson });
  try {
    const program = createProgram((options) => contextOf(options, output, isLocal));
    process.exitCode = await program.run(argv);
  } catch (error) {
    process.exitCode = await report(error, output, isLocal);
  }
}

function contextOf(options: GlobalOptions, output: Output, isLocal: boolean): CommandContext {
  let interrupt: AbortSignal | undefined;
  return {
    cwd: process.cwd(),
    env: process.env,
    output,
    projectFile: options.project ?? null,
    isLocal,
    cloudOfJob: process.env[CLOUD_OF_JOB] || null,
    isVerbose: options.verbose === true,
    lockWaitMs: lockWaitMs(options.waitForLock, process.env),
    get interrupt() {
      return (interrupt ??= interruptSignal());
    },
    by: `${userName()}@${hostname()}`,
  };
}

/**
 * The first Ctrl-C asks; the second ends the process at once, and the lease of its run with it. Listens from the first
 * time that a command asks for the signal: one that never does is ended by Ctrl-C like any other program.
 */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(new ToolError('RUN_INTERRUPTED', 'The command was interrupted.'));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return controller.signal;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a uid without a name.
    return `uid${process.getuid?.() ?? ''}`;
  }
}

async function report(error: unknown, output: Output, isLocal: boolean): Promise<number> {
  const known = asToolError(error);
  if (known === null) {
    const { sourceStack } = await import('./source-stack.ts');
    const text = error instanceof Error ? sourceStack(error) : String(error);
    if (output.json) {
      writeJson(output, {
        error: { code: 'INTERNAL', message: text, hint: null, output: [], diagnostics: [] },
      });
    }
    output.error(`Internal error: this is a bug in Glidepath, please report it.\n${text}\n`);
    return EXIT.failed;
  }
  const { problemDocument, renderProblem } = await import('./views/problem.ts');
  if (output.json) writeJson(output, problemDocument(known, isLocal));
  else output.error(renderProblem(known, { color: output.color, isLocal }));
  const { MARK_VARIABLE } = await import('../util/process-family.ts');
  // Inside a check it is the check that failed: GitHub shows ten in a step, and one for each failure is enough.
  if (process.env['GITHUB_ACTIONS'] === 'true' && process.env[MARK_VARIABLE] === undefined) {
    const { problemAnnotations } = await import('./github/workflow-commands.ts');
    output.error(problemAnnotations(known));
  }
  return ERROR_CODES[known.code].exit;
}

/** Full disks are told apart wherever they are met; everything else that is not ours is a bug. */
function asToolError(error: unknown): ToolError | null {
  if (error instanceof ToolError) return error;
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ToolError('STORE_DISK_FULL', 'The disk is full: nothing more could be written.', {
      hint: 'Free some space and run the command again; what was written before is intact.',
      cause: error,
    });
  }
  return null;
}
