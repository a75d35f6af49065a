import type { Command } from 'commander';
import type { TypedCiOptions } from '../checks/typed-ci.ts';
import { HEADING } from './help-layout.ts';
import { addCacheCommands } from './program-cache.ts';
import type { Register } from './register.ts';

/** The checks of a project: run them, and ask whether they are needed. */
export function addCiCommands(program: Command, register: Register): void {
  const group = register(
    program,
    'ci',
    {
      heading: HEADING.checks,
      summary: 'Run the checks, reusing cached results',
      details:
        'Runs the checks of the config in parallel, and reuses the results of those whose inputs are unchanged.',
      examples: ['ci', 'ci --only test lint', 'ci --since origin/main --fast'],
    },
    async (context, _args, options) => {
      const { ci } = await import('../commands/ci.ts');
      return ci(context, typedOf(options));
    },
  )
    .option('--only <name...>', 'only these checks, and those they need; separated by spaces or commas')
    .option('--fast', 'skip checks marked fast: false')
    .option('--since <ref>', 'only checks affected by changes since HEAD branched off this ref')
    .option('--keep-going', 'after a failure, still run the checks that do not need the failed one')
    .option('--watch', 'run again whenever a file changes, until Ctrl-C')
    .option('--force', 'ignore cached results, but store new ones')
    .option('--no-cache', 'neither read nor write the cache')
    .option('--container', 'run every check in the ci.container image')
    .option('--export <dir>', 'copy the outputs and reports of the checks to this directory');
  addQuestions(group, register);
  addCacheCommands(group, register);
}

/** What can be asked about the checks without running one. */
function addQuestions(group: Command, register: Register): void {
  register(
    group,
    'affected',
    {
      summary: 'Whether a change needs the checks',
      details: 'Says whether the change needs any check: it does not if only ci.skip files changed.',
      examples: ['ci affected'],
    },
    async (context) => {
      const { ciAffected } = await import('../commands/ci-affected.ts');
      return ciAffected(context);
    },
  );
  register(
    group,
    'report',
    {
      summary: 'Show the reports of the last run',
      details: 'Shows tests, coverage and findings from the reports of the last run.',
      examples: ['ci report'],
    },
    async (context) => {
      const { ciReport } = await import('../commands/ci-report.ts');
      return ciReport(context);
    },
  );
  register(
    group,
    'why <name>',
    {
      summary: 'Why a check would run or not',
      details: 'Says whether a check would run, and what has changed since it last passed. Runs nothing.',
      args: ['a check of the config'],
      examples: ['ci why test'],
    },
    async (context, [name = '']) => {
      const { ciWhy } = await import('../commands/ci-why.ts');
      return ciWhy(context, name);
    },
  );
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
  Array.isArray(value)
    ? value
        .filter((item): item is string => typeof item === 'string')
        .flatMap((item) => item.split(',').filter(Boolean))
    : null;
