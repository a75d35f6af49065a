import { createInterface } from 'node:readline/promises';
import { ToolError } from '../diagnostics/tool-error.ts';

/** Asks a person; an empty answer is the one that was offered. Null offers none. */
export type Ask = (question: string, offered: string | null) => Promise<string>;

/** Streams to ask on: standard input and error of this process, so that standard output stays the result alone. */
export interface PromptStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Ends the question as the end of the input does: needed where Ctrl-C no longer ends the process by itself. */
  readonly interrupt?: AbortSignal;
}

/** The streams of this process, or null where nobody could answer. */
export function processPrompt(): PromptStreams | null {
  const { stdin, stderr, env } = process;
  const isSeen = stdin.isTTY && stderr.isTTY && env['CI'] === undefined;
  return isSeen ? { input: stdin, output: stderr } : null;
}

/** Asks on the streams for as long as `use` takes. Throws RUN_INTERRUPTED at the end of the input, or when interrupted. */
export async function withPrompt<T>(streams: PromptStreams, use: (ask: Ask) => Promise<T>): Promise<T> {
  const { input, output, interrupt } = streams;
  const signal = interrupt === undefined ? {} : { signal: interrupt };
  const prompt = createInterface({ input, output, terminal: false, ...signal });
  // By lines and not by `question`, which loses what was typed before it was asked.
  const lines = prompt[Symbol.asyncIterator]();
  try {
    return await use(async (question, offered) => {
      output.write(offered === null ? `${question} ` : `${question} [${offered}] `);
      const { value, done } = await lines.next();
      if (done === true || interrupt?.aborted === true) {
        output.write('\n');
        throw new ToolError('RUN_INTERRUPTED', 'The question was not answered; nothing was changed.');
      }
      return value.trim() === '' ? (offered ?? '') : value.trim();
    });
  } finally {
    prompt.close();
  }
}
