import { ToolError } from '../../diagnostics/tool-error.ts';

/** A platform knows databases and not environments: it writes this where a command takes one. */
const PLACEHOLDER = '<environment>';

/** Those that have to be told which database is meant where an environment has several. */
const OF_ONE_DATABASE = /(glidepath db (?:backup|branch|restore|url)) <environment>/g;

/**
 * Does the work; hints of what it throws name the environment, and the database where one was typed, so that their
 * commands work as they are.
 */
export async function namingEnvironment<T>(
  { environment, database }: { readonly environment: string; readonly database: string | null },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw named(error, environment, database === null ? '' : ` --database ${database}`);
  }
}

function named(error: unknown, environment: string, several: string): unknown {
  if (!(error instanceof ToolError) || error.hint?.includes(PLACEHOLDER) !== true) return error;
  const { code, message, hint, retry, diagnostics, output, cause } = error;
  return new ToolError(code, message, {
    hint: hint
      .replaceAll(OF_ONE_DATABASE, (_, command: string) => `${command} ${environment}${several}`)
      .replaceAll(PLACEHOLDER, environment),
    retry,
    diagnostics,
    output,
    cause,
  });
}
