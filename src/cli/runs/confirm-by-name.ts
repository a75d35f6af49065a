import { ToolError } from '../../diagnostics/tool-error.ts';
import type { CommandContext } from '../command-context.ts';
import { processPrompt, withPrompt } from '../prompt.ts';

/** What is asked for. */
export interface Confirmation {
  /** What has to be typed: the environment's name. */
  readonly name: string;
  /** What was given on the command line; null where nothing was. */
  readonly confirmed: string | null;
  /** What happens after, a sentence without its full stop. */
  readonly what: string;
}

/** Goes on only when the name was typed, by a person now or on the command line. Throws DATABASE_NOT_CONFIRMED. */
export async function confirmByName(context: CommandContext, asked: Confirmation): Promise<void> {
  const { name, what } = asked;
  const typed = asked.confirmed ?? (await ask(context, asked));
  if (typed === name) return;
  throw new ToolError('DATABASE_NOT_CONFIRMED', refusal(what, typed), {
    hint: `To confirm it, add: --confirm ${name}`,
  });
}

function refusal(what: string, typed: string | null): string {
  if (typed === null) return `${what}, which has to be confirmed.`;
  return typed === ''
    ? 'No name was typed. Nothing was changed.'
    : `"${typed}" is not the name of the environment. Nothing was changed.`;
}

/** Null where nobody can be asked. */
async function ask(context: CommandContext, { name, what }: Confirmation): Promise<string | null> {
  const streams = context.output.json ? null : processPrompt();
  if (streams === null) return null;
  return withPrompt({ ...streams, interrupt: context.interrupt }, (question) =>
    question(`${what}. Type ${name} to continue:`, null),
  );
}
