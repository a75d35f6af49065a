import { ToolError } from '../../diagnostics/tool-error.ts';
import type { StepContext, StepExecutor } from '../../engine/graph.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { scopeOf } from '../step-scope.ts';
import { probesOfRun } from './probes-of-run.ts';

/**
 * A step whose failure says where the release that it is put back to was shown not to work on the schema that is there
 * now. What was deployed is put back all the same: the release before may do more than the new one.
 */
export function sayingForwardOnly(deps: PipelineDeps, executor: StepExecutor): StepExecutor {
  return {
    ...executor,
    async execute(context) {
      try {
        return await executor.execute(context);
      } catch (error) {
        throw await withWarning(deps, context, error);
      }
    },
    ...(executor.undo === undefined
      ? {}
      : {
          async undo(context) {
            for (const line of await warnings(deps, context)) context.log(`! ${line}`);
            await executor.undo?.(context);
          },
        }),
  };
}

async function withWarning(deps: PipelineDeps, context: StepContext, error: unknown): Promise<unknown> {
  if (!(error instanceof ToolError)) return error;
  const lines = await warnings(deps, context);
  if (lines.length === 0) return error;
  const { code, message, hint, retry, diagnostics, output, cause } = error;
  return new ToolError(code, message, {
    hint: [...lines, ...(hint === undefined ? [] : [hint])].join('\n'),
    retry,
    diagnostics,
    output,
    cause,
  });
}

/** Only after the migration: before it the schema is the old one. */
async function warnings(deps: PipelineDeps, context: StepContext): Promise<readonly string[]> {
  if (!Object.keys(context.outputs).some((id) => id.startsWith('migrate:'))) return [];
  const live = deps.history.live(scopeOf<'deploy'>(deps, context).input.environment.name);
  const probes = await probesOfRun(scopeOf<'deploy'>(deps, context));
  return probes.flatMap(({ database, verdict }) =>
    verdict?.verdict === 'forward-only' && verdict.from === live?.release.id
      ? [
          `NOT SAFE: ${verdict.from} runs again on a schema of ${database} that it was shown not to work with. ${verdict.reasons[0] ?? ''}`.trim(),
        ]
      : [],
  );
}
