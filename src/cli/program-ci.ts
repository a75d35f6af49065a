import type { Command } from 'commander';
import type { Register } from './program.ts';

/** The checks of a project: run them, and ask whether they are needed. */
export function addCiCommands(program: Command, register: Register): void {
  const group = register(
    program,
    'ci',
    'run the checks, each after its needs; the first that fails ends it',
    async (context, _args, options) => {
      const { ci } = await import('./commands/ci.ts');
      return ci(context, { only: list(options['only']), isFast: options['fast'] === true });
    },
  )
    .option('--only <name...>', 'only these checks, and before them what prepares files for them')
    .option('--fast', 'without those that say fast: false');
  register(
    group,
    'affected',
    'whether what changed needs the checks: not when it touches nothing but what ci.skip names',
    async (context) => {
      const { ciAffected } = await import('./commands/ci-affected.ts');
      return ciAffected(context);
    },
  );
}

const list = (value: unknown): string[] | null =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : null;
