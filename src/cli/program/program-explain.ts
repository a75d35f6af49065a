import type { Command } from 'commander';
import { HEADING } from './help-layout.ts';
import type { Register } from './register.ts';

/** The command that explains an error. */
export function addExplainCommand(program: Command, register: Register): void {
  register(
    program,
    'explain <code>',
    {
      heading: HEADING.start,
      summary: 'Explain an error: why, and what to do',
      details:
        'Prints the page of an error code: what happened, why, what to do, and an example. Needs no project and no network.',
      args: ['an error code, as the last line of an error names it'],
      examples: ['explain CHECK_FAILED'],
    },
    async (context, [code = '']) => {
      const { explain } = await import('../commands/explain.ts');
      return explain(context, code);
    },
  );
}
