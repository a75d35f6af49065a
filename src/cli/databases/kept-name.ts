import { ToolError } from '../../diagnostics/tool-error.ts';

/** What can be typed after a command without quotes, and named on every platform. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/i;
/** As deployments and restores call what they keep. */
const TAKEN = /^before-(run|restore)-/;

/** A name for a restore point or a branch, as somebody typed it. Throws CLI_USAGE. */
export function requireUsableName(name: string): void {
  if (!NAME.test(name))
    throw new ToolError('CLI_USAGE', `"${name}" cannot be used as a name.`, {
      hint: 'Use letters, digits, dots, dashes and underscores, 63 at most, with a letter or a digit first.',
    });
  if (TAKEN.test(name))
    throw new ToolError(
      'CLI_USAGE',
      `"${name}" looks like a name that runs use for their own restore points.`,
      {
        hint: 'Choose a name that does not start with before-run- or before-restore-.',
      },
    );
}
