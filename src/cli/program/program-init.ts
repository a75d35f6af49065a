import type { Command } from 'commander';
import { HEADING } from './help-layout.ts';
import type { Register } from './register.ts';

/** The command that makes a config. */
export function addInitCommand(program: Command, register: Register): void {
  register(
    program,
    'init',
    {
      heading: HEADING.start,
      summary: 'Write a config from what is in the repository',
      details: 'Inspects the repository, asks what it cannot find out, and writes glidepath.config.ts.',
      examples: ['init', 'init --dry-run --yes'],
    },
    async (context, _args, options) => {
      const { init } = await import('../commands/init.ts');
      return init(context, {
        name: typeof options['name'] === 'string' ? options['name'] : null,
        isYes: options['yes'] === true,
        isForce: options['force'] === true,
        isDryRun: options['dryRun'] === true,
      });
    },
  )
    .option('--name <name>', 'the name of the project; the repository’s otherwise')
    .option('-y, --yes', 'ask nothing, and take the defaults')
    .option('--dry-run', 'print what would be written, and write nothing')
    .option('--force', 'overwrite an existing config');
}
