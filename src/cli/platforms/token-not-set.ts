import { ToolError } from '../../diagnostics/tool-error.ts';

/** What to do about a token that is not set. */
export function tokenNotSet(name: string): ToolError {
  return new ToolError('SECRET_MISSING', `The token ${name} is not set.`, {
    hint: `export ${name}=…, or work on the local cloud with --local`,
  });
}
