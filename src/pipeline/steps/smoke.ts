import { ToolError } from '../../diagnostics/tool-error.ts';
import type { StepExecutor } from '../../engine/graph.ts';
import { cappedLog } from '../capped-log.ts';
import { resolveValue } from '../env-values.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { scopeOf } from '../step-scope.ts';

/** Lines of a failing smoke test that go into the error. */
const OUTPUT_LINES = 20;

/** Runs the environment's smoke test from a checkout of the commit, against the deployed apps. */
export function smokeStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'smoke'>(deps, context);
      const { smoke } = scope.action;
      const env: Record<string, string> = {};
      for (const [name, value] of Object.entries(smoke.env)) {
        env[name] = await resolveValue(deps, scope.input.environment, value, context);
      }
      const output: string[] = [];
      const log = cappedLog((line) => context.log(line));
      const { exitCode, timedOut } = await deps.runCommand({
        command: smoke.command,
        cwd: await deps.builder.checkout(scope.input.commit),
        env,
        timeoutMs: smoke.withinMs,
        signal: context.signal,
        onLine: (line) => {
          output.push(line);
          if (output.length > OUTPUT_LINES) output.shift();
          log(line);
        },
      });
      if (exitCode === 0) return { passed: true };
      const how = timedOut
        ? `did not end within ${smoke.withinMs / 1000} s`
        : `failed with exit code ${exitCode}`;
      throw new ToolError(
        'SMOKE_FAILED',
        `The smoke test of ${scope.input.environment.name} ${how}: ${smoke.command}`,
        {
          hint: `See what the apps say: glidepath logs ${scope.input.environment.name}`,
          output,
        },
      );
    },
  };
}
