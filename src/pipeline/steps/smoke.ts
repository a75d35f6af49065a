import type { ResolvedSmoke } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { StepExecutor } from '../../engine/graph.ts';
import type { PlatformWork } from '../../providers/app-platform.ts';
import { keptLines } from '../../util/kept-lines.ts';
import { cappedLog } from '../capped-log.ts';
import { resolveValue } from '../env-values.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { scopeOf } from '../step-scope.ts';

/** A smoke test, with what it is told of. */
export interface SmokeTest {
  readonly environment: string;
  readonly smoke: ResolvedSmoke;
  /** Whose smoke test it is: it runs from a checkout of it. */
  readonly commit: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs the environment's smoke test from a checkout of the commit, against the deployed apps. */
export function smokeStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'smoke'>(deps, context);
      const { smoke } = scope.action;
      const { environment, commit } = scope.input;
      const env: Record<string, string> = {};
      for (const [name, value] of Object.entries(smoke.env)) {
        env[name] = await resolveValue(deps, environment, value, context);
      }
      await runSmoke(deps, { environment: environment.name, smoke, commit, env }, context);
      return { passed: true };
    },
  };
}

/** Runs a smoke test to its end. Throws SMOKE_FAILED with the last lines that it printed. */
export async function runSmoke(
  deps: Pick<PipelineDeps, 'runCommand' | 'builder'>,
  { environment, smoke, commit, env }: SmokeTest,
  work: PlatformWork,
): Promise<void> {
  const output = keptLines();
  const log = cappedLog((line) => work.log(line));
  const { exitCode, timedOut } = await deps.runCommand({
    command: smoke.command,
    cwd: await deps.builder.checkout(commit),
    env,
    timeoutMs: smoke.withinMs,
    signal: work.signal,
    onLine: (line) => {
      output.add(line);
      log(line);
    },
  });
  if (exitCode === 0) return;
  const how = timedOut
    ? `did not finish within ${smoke.withinMs / 1000} s`
    : `failed with exit code ${exitCode}`;
  throw new ToolError('SMOKE_FAILED', `The smoke test of ${environment} ${how}: ${smoke.command}`, {
    hint: `See the logs: glidepath logs ${environment}`,
    output: output.lines(),
  });
}
