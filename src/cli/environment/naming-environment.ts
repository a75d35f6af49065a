import { ToolError } from '../../diagnostics/tool-error.ts';

/** A platform knows databases and not environments: it writes this where a command takes one. */
const PLACEHOLDER = '<environment>';

/** Does the work; hints of what it throws name the environment, so that their commands work as they are. */
export async function namingEnvironment<T>(environment: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw named(error, environment);
  }
}

function named(error: unknown, environment: string): unknown {
  if (!(error instanceof ToolError) || error.hint?.includes(PLACEHOLDER) !== true) return error;
  const { code, message, hint, retry, diagnostics, output, cause } = error;
  return new ToolError(code, message, {
    hint: hint.replaceAll(PLACEHOLDER, environment),
    retry,
    diagnostics,
    output,
    cause,
  });
}
