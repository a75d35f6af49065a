import { ToolError } from '../diagnostics/tool-error.ts';
import type { StepContext, StepExecutor } from '../engine/graph.ts';
import type { Json } from '../util/json.ts';
import { deploymentInput } from './deployment-input.ts';
import type { RecordedRestorePoint } from './history.ts';

/** A platform knows databases and not environments: it writes this where a command takes one. */
const PLACEHOLDER = '<environment>';

/** The step that keeps the state of a database. */
const STEP = 'restore-point:';

/** The restore points that a run made, from the results of its steps by id. */
export function restorePointsMade(outputs: Readonly<Record<string, Json>>): readonly RecordedRestorePoint[] {
  return Object.entries(outputs).flatMap(([id, output]) => {
    const point = output as unknown as Partial<RecordedRestorePoint> | null;
    if (!id.startsWith(STEP) || point?.name === undefined) return [];
    const { name, at, expiresAt } = point;
    return [{ database: id.slice(STEP.length), name, at: at ?? 0, expiresAt: expiresAt ?? null }];
  });
}

/** The command that brings data back. `isOnly`: the environment has no other database to mean. */
export function restoreCommand(environment: string, point: RecordedRestorePoint, isOnly: boolean): string {
  const database = isOnly ? '' : ` --database ${point.database}`;
  return `glidepath db restore ${environment}${database} --to-restore-point ${point.name}`;
}

/** One line for each restore point that a run made: what it holds, and the command that uses it. */
export function restorePointLines(
  input: Json,
  outputs: Readonly<Record<string, Json>>,
): readonly { readonly point: RecordedRestorePoint; readonly line: string }[] {
  const made = restorePointsMade(outputs);
  if (made.length === 0) return [];
  const { environment } = deploymentInput(input);
  return made.map((point) => ({
    point,
    line: `The data of ${point.database} as before this run: ${restoreCommand(environment.name, point, environment.databases.length === 1)}`,
  }));
}

/** A step whose failures name the environment in their commands, and say how the data of before its run are gone back to, where the run kept them. */
export function namingRestorePoints(executor: StepExecutor): StepExecutor {
  return {
    ...executor,
    async execute(context) {
      try {
        return await executor.execute(context);
      } catch (error) {
        throw withRestorePoints(error, context);
      }
    },
  };
}

function withRestorePoints(error: unknown, context: StepContext): unknown {
  if (!(error instanceof ToolError)) return error;
  const lines = restorePointLines(context.input, context.outputs).map(({ line }) => line);
  const { code, message, hint, retry, diagnostics, output, cause } = error;
  if (lines.length === 0 && hint?.includes(PLACEHOLDER) !== true) return error;
  const { environment } = deploymentInput(context.input);
  const own = hint?.replaceAll(PLACEHOLDER, environment.name);
  return new ToolError(code, message, {
    hint: [...(own === undefined ? [] : [own]), ...lines].join('\n'),
    retry,
    diagnostics,
    output,
    cause,
  });
}
