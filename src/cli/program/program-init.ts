import type { Command } from 'commander';
import type { Register } from './register.ts';

/** The command that makes a config. */
export function addInitCommand(program: Command, register: Register): void {
  register(
    program,
    'init',
    'look at the repository, ask little, and write glidepath.config.ts',
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
    .option('--name <name>', 'the name of the project; by the repository otherwise')
    .option('-y, --yes', 'ask nothing; also without a terminal')
    .option('--dry-run', 'print what would be written, and write nothing')
    .option('--force', 'write over a config that is there');
}
