import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ExecuteCheck } from '../checks/execute-check.ts';
import { executeOnHost } from '../checks/execute-on-host.ts';
import type { ChecksDeps } from '../checks/run-checks.ts';
import type { ResolvedCheck, ResolvedProject } from '../config/resolved.ts';
import { ToolError } from '../diagnostics/tool-error.ts';
import { systemClock } from '../util/clock.ts';
import { MARK_VARIABLE } from '../util/process-family.ts';
import { checkEnvironment } from './check-environment.ts';
import { recordCheckRun } from './check-runs.ts';
import type { CommandContext } from './command-context.ts';
import { ownCommandDirectory } from './own-command.ts';
import type { SecretVault } from './secret-vault.ts';

/** Whose checks are run, and where. */
export interface OpenChecksOptions {
  readonly project: ResolvedProject;
  /** The directory of the config file: what is kept lies in its `.glidepath`. */
  readonly root: string;
  /** The files that the checks run in: the same, or a checkout of a commit. */
  readonly checkout: string;
  readonly checks: readonly ResolvedCheck[];
  readonly vault: SecretVault;
}

/** What running checks needs, on this machine. Nothing is started and nothing written before the first check runs. */
export async function openChecks(context: CommandContext, options: OpenChecksOptions): Promise<ChecksDeps> {
  const { root, vault } = options;
  const stateDirectory = join(root, '.glidepath');
  return {
    execute: {
      host: executeOnThisHost(context, stateDirectory, vault),
      container: () => {
        throw new ToolError('PROVIDER_NOT_SUPPORTED', 'No check can run in a container here.');
      },
    },
    openService: async (service, signal) => {
      const { openCheckService } = await import('./check-services.ts');
      return openCheckService(service, signal);
    },
    variable: (name) => vault.read(name),
    redact: (line) => vault.redact(line),
    clock: systemClock,
    capacity: availableParallelism(),
    reader: null,
    memory: null,
    logDirectory: join(stateDirectory, 'logs', `${process.pid}`),
  };
}

/** What is needed only where a check really runs is made then: a run in which nothing changed makes none of it. */
function executeOnThisHost(
  context: CommandContext,
  stateDirectory: string,
  vault: SecretVault,
): ExecuteCheck {
  const open = async (): Promise<{ execute: ExecuteCheck; forget: () => Promise<void> }> => {
    const node = process.execPath;
    const [commandDirectory, record] = await Promise.all([
      ownCommandDirectory(stateDirectory, { node, command: process.argv[1] ?? '' }),
      recordCheckRun(stateDirectory, Math.random),
    ]);
    const execute = executeOnHost({
      spawn,
      clock: systemClock,
      env: checkEnvironment(context.env, { commandDirectory, node }),
      mark: record.mark,
      outerMark: context.env[MARK_VARIABLE] ?? null,
      redact: (text) => vault.redact(text),
    });
    return { execute, forget: async () => record.forget() };
  };
  let opened: ReturnType<typeof open> | null = null;
  let underWay = 0;
  return async (execution) => {
    underWay += 1;
    const opening = (opened ??= open());
    try {
      return await (await opening).execute(execution);
    } finally {
      underWay -= 1;
      if (underWay === 0) {
        opened = null;
        await (await opening).forget();
      }
    }
  };
}
