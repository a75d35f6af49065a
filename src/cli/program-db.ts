import type { Command } from 'commander';
import type { Register } from './program.ts';

/** The commands of databases and their migrations. */
export function addDbCommands(program: Command, register: Register): void {
  const db = program.command('db').description('databases and their migrations');
  addLintCommand(db, register);
}

function addLintCommand(db: Command, register: Register): void {
  register(
    db,
    'lint [files...]',
    'what migrations would lock, break or lose, and how to do the same without harm',
    async (context, files, options) => {
      const { dbLint } = await import('./commands/db-lint.ts');
      return dbLint(context, files, {
        format: text(options['format']),
        environment: text(options['environment']),
        postgres: text(options['postgres']),
        since: text(options['since']),
        failOn: text(options['failOn']),
        inTransaction: options['transaction'] !== false,
      });
    },
  )
    .option('--format <form>', 'human, json, sarif, or github for annotations; human otherwise')
    .option(
      '--environment <name>',
      'judge by the tables of this environment: their size, and how busy they are',
    )
    .option('--postgres <version>', 'the major version of the server, 14 to 18; by the config otherwise')
    .option('--since <ref>', 'only what is new or changed since the branch or commit, such as origin/main')
    .option('--no-transaction', 'the migration tool puts a file into no transaction')
    .option('--fail-on <severity>', 'end with 1 from this severity on: error or warning; error otherwise');
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
