import { ToolError } from '../diagnostics/tool-error.ts';

/**
 * Does something on a platform for one app; what it throws comes out with our own commands in its hint. A provider
 * knows its platform's commands and nothing of environments, and whoever reads the hint has `glidepath` at hand, with
 * the right tokens and the local cloud too.
 */
export async function withOwnCommands<T>(
  at: { readonly environment: string; readonly app: string },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ToolError) || error.hint === undefined) throw error;
    const hint = ownCommands(error.hint, at);
    if (hint === error.hint) throw error;
    const { code, message, retry, diagnostics, output } = error;
    throw new ToolError(code, message, { hint, retry, diagnostics, output, cause: error });
  }
}

/** A hint with `fly logs` and `fly machine status` written as the commands of ours that show the same. */
export function ownCommands(
  hint: string,
  { environment, app }: { readonly environment: string; readonly app: string },
): string {
  return hint
    .replaceAll(/fly logs -a \S+( --machine \S+)?/g, `glidepath logs ${environment} ${app}`)
    .replaceAll(/fly machine status \S+ -a \S+/g, `glidepath status ${environment}`);
}
