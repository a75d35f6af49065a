import type { Command } from 'commander';
import { namingEnvironment } from '../environment/naming-environment.ts';
import type { Register } from './register.ts';

/** The commands of databases and their migrations. */
export function addDbCommands(program: Command, register: Register): void {
  const db = program.command('db').description('databases and their migrations');
  addLintCommand(db, register);
  addProbeCommand(db, register);
  // Those that are about one environment, which comes first.
  const inEnvironment: Register = (parent, words, description, action) =>
    register(parent, words, description, async (context, args, options) =>
      namingEnvironment(args[0]?.split(':')[0] ?? '', () => action(context, args, options)),
    );
  addUrlCommand(db, inEnvironment);
  addDiffCommand(db, register);
  addKeepCommands(db, inEnvironment);
  addBranchCommand(db, inEnvironment);
}

function addLintCommand(db: Command, register: Register): void {
  register(
    db,
    'lint [files...]',
    'what migrations would lock, break or lose, and how to do the same without harm',
    async (context, files, options) => {
      const { dbLint } = await import('../commands/db-lint.ts');
      return dbLint(context, files, {
        format: text(options['format']),
        environment: text(options['environment']),
        postgres: text(options['postgres']),
        since: text(options['since']),
        failOn: text(options['failOn']),
        include: text(options['include']),
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
    .option('--include <rules>', 'look for these as well, which are left aside otherwise: unqualified-table')
    .option('--fail-on <severity>', 'end with 1 from this severity on: error or warning; error otherwise');
}

function addProbeCommand(db: Command, register: Register): void {
  register(
    db,
    'probe <environment>',
    'run the migrations on a throw-away branch: what each statement locks, and whom it keeps out',
    async (context, [environment = ''], options) => {
      const { dbProbe } = await import('../commands/db-probe.ts');
      return dbProbe(context, {
        environment,
        ref: text(options['ref']),
        database: text(options['database']),
        keepBranch: options['keepBranch'] === true,
      });
    },
  )
    .option('--ref <ref>', 'the branch, tag or commit whose migrations are run; HEAD otherwise')
    .option('--database <name>', 'one database, where the environment migrates several')
    .option('--keep-branch', 'leave the branch there for an hour, to look at it');
}

function addUrlCommand(db: Command, register: Register): void {
  register(
    db,
    'url <environment>',
    'print the URL of a database, or of a branch as environment:branch; it holds a password',
    async (context, [place = ''], options) => {
      const { dbUrl } = await import('../commands/db-url.ts');
      return dbUrl(context, {
        place,
        database: text(options['database']),
        role: text(options['role']),
        pooled: options['pooled'] === true,
        inside: options['inside'] === true,
      });
    },
  )
    .option('--database <name>', 'which, where the environment has several')
    .option('--role <name>', 'another login than the one of the apps')
    .option('--pooled', 'as apps connect, through the pooler where the config says so')
    .option('--inside', 'as machines on the platform connect, not from here');
}

function addDiffCommand(db: Command, register: Register): void {
  register(
    db,
    'diff <left> <right>',
    'how the schemas of two environments differ; a branch as environment:branch',
    async (context, [left = '', right = ''], options) => {
      const { dbDiff } = await import('../commands/db-diff.ts');
      return dbDiff(context, {
        left,
        right,
        database: text(options['database']),
        exitCode: options['exitCode'] === true,
      });
    },
  )
    .option('--database <name>', 'which, where the environments have several')
    .option('--exit-code', 'end with 3 where they differ');
}

/** Those that keep data, and bring them back. */
function addKeepCommands(db: Command, register: Register): void {
  register(
    db,
    'backup <environment>',
    'keep the state of a database as a restore point',
    async (context, [environment = ''], options) => {
      const { dbBackup } = await import('../commands/db-backup.ts');
      return dbBackup(context, {
        environment,
        database: text(options['database']),
        name: text(options['name']),
        for: text(options['for']),
        delete: options['delete'] === true,
      });
    },
  )
    .option('--database <name>', 'which, where the environment has several')
    .option('--name <name>', 'what to call it; by-hand-… otherwise')
    .option('--for <duration>', 'how long it is kept, such as 30d, or ever; 7d otherwise')
    .option('--delete', 'delete the one of that name');
  register(
    db,
    'restore <environment>',
    'bring data back, with what is there now kept beside them; says first what would be lost',
    async (context, [environment = ''], options) => {
      const { dbRestore } = await import('../commands/db-restore.ts');
      return dbRestore(context, {
        environment,
        database: text(options['database']),
        to: text(options['to']),
        toRestorePoint: text(options['toRestorePoint']),
        confirm: text(options['confirm']),
        dryRun: options['dryRun'] === true,
      });
    },
  )
    .option('--database <name>', 'which, where the environment has several')
    .option('--to <moment>', 'a moment such as 2026-11-21T10:00:00Z, or how long ago: 15m')
    .option('--to-restore-point <name>', 'a restore point; without either, those there are are shown')
    .option('--dry-run', 'only say what would be lost')
    .option('--confirm <environment>', 'the name of the environment again, where nobody can be asked');
}

function addBranchCommand(db: Command, register: Register): void {
  register(
    db,
    'branch <environment> [name]',
    'make a copy of a database beside it, for a day; without a name, show those there are',
    async (context, [environment = '', name], options) => {
      const { dbBranch } = await import('../commands/db-branch.ts');
      return dbBranch(context, {
        environment,
        name: name ?? null,
        database: text(options['database']),
        at: text(options['at']),
        schemaOnly: options['schemaOnly'] === true,
        for: text(options['for']),
        delete: options['delete'] === true,
      });
    },
  )
    .option('--database <name>', 'which, where the environment has several')
    .option('--at <moment>', 'of the data of then: 2026-11-21T10:00:00Z, or how long ago: 15m')
    .option('--schema-only', 'the tables without their rows')
    .option('--for <duration>', 'how long it stays, such as 3d, or ever; 1d otherwise')
    .option('--delete', 'delete it');
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
