import type { Command } from 'commander';
import type { TypedCiOptions } from '../checks/typed-ci.ts';
import { addCacheCommands } from './program-cache.ts';
import type { Register } from './register.ts';

/** The checks of a project: run them, and ask whether they are needed. */
export function addCiCommands(program: Command, register: Register): void {
  const group = register(
    program,
    'ci',
    'run the checks, beside each other where they may, and none whose result is there',
    async (context, _args, options) => {
      const { ci } = await import('../commands/ci.ts');
      return ci(context, typedOf(options));
    },
  )
    .option('--only <name...>', 'only these checks, and before them what prepares files for them')
    .option('--fast', 'without those that say fast: false')
    .option('--since <ref>', 'only what differs from where HEAD left this ref touches, and what needs that')
    .option('--keep-going', 'after a failure, run also what does not need what failed')
    .option('--watch', 'again whenever a file changes, until Ctrl-C')
    .option('--force', 'run every check, and keep what it makes')
    .option('--no-cache', 'run every check, and keep nothing')
    .option('--container', 'every check in the container of ci.container, also those of the host')
    .option('--export <dir>', 'copy what the checks made, and their reports, to this directory');
  register(
    group,
    'affected',
    'whether what changed needs the checks: not when it touches nothing but what ci.skip names',
    async (context) => {
      const { ciAffected } = await import('../commands/ci-affected.ts');
      return ciAffected(context);
    },
  );
  register(
    group,
    'report',
    'what the reports of the last run say of tests, coverage and findings',
    async (context) => {
      const { ciReport } = await import('../commands/ci-report.ts');
      return ciReport(context);
    },
  );
  register(
    group,
    'why <name>',
    'what a run would do with this check, and what is different since it passed; nothing runs',
    async (context, [name = '']) => {
      const { ciWhy } = await import('../commands/ci-why.ts');
      return ciWhy(context, name);
    },
  );
  addCacheCommands(group, register);
}

function typedOf(options: Record<string, unknown>): TypedCiOptions {
  return {
    only: list(options['only']),
    isFast: options['fast'] === true,
    since: text(options['since']),
    isKeepGoing: options['keepGoing'] === true,
    isWatched: options['watch'] === true,
    isForce: options['force'] === true,
    isCacheless: options['cache'] === false,
    isContainer: options['container'] === true,
    exportTo: text(options['export']),
  };
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const list = (value: unknown): string[] | null =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : null;
