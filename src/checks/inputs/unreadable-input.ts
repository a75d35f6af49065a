import { ToolError } from '../../diagnostics/tool-error.ts';

/** CHECK_INPUT_UNREADABLE for a path from the root of the checkout. */
export function unreadableInput(path: string, cause: unknown): ToolError {
  const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/, \w+( '.*)?$/, '');
  return new ToolError('CHECK_INPUT_UNREADABLE', `${path} cannot be read: ${reason}.`, {
    hint: 'Make it readable for the user who runs this, or add it to .gitignore.',
    cause,
  });
}

/** Whether an error says that nothing is there, for instance because it was just removed. */
export function isAbsence(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
