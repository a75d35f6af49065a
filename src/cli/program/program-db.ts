import type { Command } from 'commander';
import { namingEnvironment } from '../environment/naming-environment.ts';
import { HEADING } from './help-layout.ts';
import type { Register } from './register.ts';

/** The commands of databases and their migrations. */
export function addDbCommands(program: Command, register: Register): void {
  const db = program
    .command('db')
    .helpGroup(HEADING.data)
    .summary('Work with databases and migrations')
    .description('Databases and their migrations.');
  addLintCommand(db, register);
  addProbeCommand(db, register);
  // Those that are about one environment, which comes first.
  const inEnvironment: Register = (parent, words, description, action) =>
    register(parent, words, description, async (context, args, options) =>
      namingEnvironment(
        { environment: args[0]?.split(':')[0] ?? '', database: text(options['database']) },
        () => action(context, args, options),
      ),
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
    {
      summary: 'Find dangerous migrations',
      details: 'Finds what migrations would lock, break or lose, and shows the safe way to do the same.',
      args: ['files or folders of migrations; all of the project otherwise'],
      examples: ['db lint', 'db lint --since origin/main', 'db lint --environment production'],
    },
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
    .option('--environment <name>', 'take the size and load of this environment’s tables into account')
    .option('--postgres <version>', 'the major version of the server, 14 to 18; the config’s otherwise')
    .option('--since <ref>', 'only migrations added or changed since this branch or commit')
    .option('--no-transaction', 'the migration tool does not wrap a file in a transaction')
    .option('--include <rules>', 'enable optional rules, such as unqualified-table')
    .option('--fail-on <severity>', 'exit with 1 from this severity up: error or warning; error otherwise');
}

function addProbeCommand(db: Command, register: Register): void {
  register(
    db,
    'probe <environment>',
    {
      summary: 'Try the migrations on a throwaway branch',
      details:
        'Runs the migrations on a throwaway branch, and shows what each statement locks and whom it blocks.',
      args: ['an environment of the config'],
      examples: ['db probe production', 'db probe staging --ref feature --keep-branch'],
    },
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
    .option('--ref <ref>', 'the branch, tag or commit whose migrations to run; HEAD otherwise')
    .option('--database <name>', 'which database, if the environment migrates several')
    .option('--keep-branch', 'keep the branch for an hour, to look at it');
}

function addUrlCommand(db: Command, register: Register): void {
  register(
    db,
    'url <environment>',
    {
      summary: 'Print the URL of a database',
      details:
        'Prints the URL of a database, or of a branch given as environment:branch. The URL contains a password.',
      args: ['an environment, or environment:branch'],
      examples: ['db url staging', 'db url staging:try --pooled'],
    },
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
    .option('--database <name>', 'which database, if the environment has several')
    .option('--role <name>', 'log in as this role instead of the one the apps use')
    .option('--pooled', 'connect as the apps do, through the pooler if the config has one')
    .option('--inside', 'the address for machines on the platform, not for this one');
}

function addDiffCommand(db: Command, register: Register): void {
  register(
    db,
    'diff <left> <right>',
    {
      summary: 'Compare the schemas of two environments',
      details: 'Shows how the schemas of two environments or branches differ.',
      args: ['an environment, or environment:branch', 'the one to compare it with'],
      examples: ['db diff staging production', 'db diff staging staging:try'],
    },
    async (context, [left = '', right = ''], options) => {
      const { dbDiff } = await import('../commands/db-diff.ts');
      return dbDiff(context, {
        left,
        right,
        database: text(options['database']),
        leftUrlFrom: text(options['leftUrlFrom']),
        rightUrlFrom: text(options['rightUrlFrom']),
        exitCode: options['exitCode'] === true,
      });
    },
  )
    .option('--database <name>', 'which database, if the environments have several')
    .option('--left-url-from <variable>', 'connect to the first by the URL in this environment variable')
    .option('--right-url-from <variable>', 'connect to the second by the URL in this environment variable')
    .option('--exit-code', 'exit with 3 if they differ');
}

/** Those that keep data, and bring them back. */
function addKeepCommands(db: Command, register: Register): void {
  register(
    db,
    'backup <environment>',
    {
      summary: 'Create a restore point',
      details: 'Keeps the current state of a database as a restore point.',
      args: ['an environment of the config'],
      examples: ['db backup production --name before-import'],
    },
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
    .option('--database <name>', 'which database, if the environment has several')
    .option('--name <name>', 'its name; by-hand-… otherwise')
    .option('--for <duration>', 'how long to keep it, such as 30d, or ever; 7d otherwise')
    .option('--delete', 'delete the restore point of that name');
  register(
    db,
    'restore <environment>',
    {
      summary: 'Restore a database to an earlier state',
      details:
        'Restores data to a moment or a restore point, and keeps the current data under another name. Shows what would be lost first.',
      args: ['an environment of the config'],
      examples: ['db restore production --to 15m --dry-run', 'db restore staging --to-restore-point nightly'],
    },
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
    .option('--database <name>', 'which database, if the environment has several')
    .option('--to <moment>', 'a moment such as 2026-11-21T10:00:00Z, or how long ago: 15m')
    .option('--to-restore-point <name>', 'a restore point; omit both to list them')
    .option('--dry-run', 'only show what would be lost')
    .option('--confirm <environment>', 'repeat the environment’s name (for use without a terminal)');
}

function addBranchCommand(db: Command, register: Register): void {
  register(
    db,
    'branch <environment> [name]',
    {
      summary: 'Create, list or delete branches',
      details:
        'Creates a branch of a database, a full copy that is kept for a day. Without a name, lists the branches.',
      args: ['an environment of the config', 'the branch'],
      examples: ['db branch staging', 'db branch staging try --at 15m'],
    },
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
    .option('--database <name>', 'which database, if the environment has several')
    .option('--at <moment>', 'the data of this moment: 2026-11-21T10:00:00Z, or how long ago: 15m')
    .option('--schema-only', 'the tables without their rows')
    .option('--for <duration>', 'how long to keep it, such as 3d, or ever; 1d otherwise')
    .option('--delete', 'delete the branch');
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
