import type { Register } from './register.ts';
import { Command, CommanderError } from 'commander';
import { closest, distance } from 'fastest-levenshtein';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import type { GlobalOptions } from '../global-options.ts';
import { addArtifactCommands } from './program-artifact.ts';
import { addCiCommands } from './program-ci.ts';
import { addCloudCommands } from './program-cloud.ts';
import { addDbCommands } from './program-db.ts';
import { addGatesCommand, addGithubCommands } from './program-github.ts';
import { addOperateCommands } from './program-operate.ts';
import { addReviewCommands } from './program-review.ts';
import { addInitCommand } from './program-init.ts';
import { addRunCommands } from './program-runs.ts';
import { addSecurityCommands } from './program-security.ts';

/** Makes the context of a command from its options. */
export type MakeContext = (options: GlobalOptions) => CommandContext;

/** The command line: every command with its help. Commands are loaded when they are called. */
export function createProgram(makeContext: MakeContext): { run(argv: readonly string[]): Promise<ExitCode> } {
  const state = { exitCode: 0 };
  const program = describeProgram(makeContext, (code) => (state.exitCode = code));
  return {
    async run(argv) {
      try {
        if (argv.length === 0) {
          process.stdout.write(program.helpInformation());
          return 2;
        }
        const group = groupWithoutCommand(program, argv);
        if (group !== null) {
          process.stdout.write(group.helpInformation());
          return 2;
        }
        await program.parseAsync(argv, { from: 'user' });
        return state.exitCode;
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        if (error.exitCode === 0) return 0;
        throw usageError(error, program, argv);
      }
    },
  };
}

/** Every command with its words, options and help; what one ends with is handed to `onExitCode`. */
export function describeProgram(makeContext: MakeContext, onExitCode: (code: ExitCode) => void): Command {
  const program = new Command('glidepath')
    .description('Takes a commit from a pull request to production, safely.')
    .exitOverride()
    .showHelpAfterError(false)
    .allowExcessArguments(false)
    .configureOutput({ writeErr: () => undefined });
  const register: Register = (parent, words, description, action) => {
    const command = withGlobals(parent.command(words).description(description));
    command
      .exitOverride()
      .allowExcessArguments(false)
      .action(async (...received: unknown[]) => {
        const self = received.at(-1) as Command;
        // Of a command that has others below it, commander keeps what both know with the upper one.
        const options = self.optsWithGlobals<GlobalOptions & Record<string, unknown>>();
        const args = received
          .slice(0, -2)
          .flat()
          .filter((value): value is string => typeof value === 'string');
        onExitCode(await action(makeContext(options), args, options));
      });
    return command;
  };
  addInitCommand(program, register);
  addProjectCommands(program, register);
  addCiCommands(program, register);
  addArtifactCommands(program, register);
  addOperateCommands(program, register);
  addReviewCommands(program, register);
  addGatesCommand(program, register);
  addRunCommands(program, register);
  addDbCommands(program, register);
  addGithubCommands(program, register);
  addSecurityCommands(program, register);
  addCloudCommands(program, register);
  return program;
}

/** `glidepath cloud` alone asks what there is in it, like `glidepath` alone. */
function groupWithoutCommand(program: Command, argv: readonly string[]): Command | null {
  if (argv.length !== 1) return null;
  return program.commands.find((each) => each.name() === argv[0] && isOnlyGroup(each)) ?? null;
}

/** A group has no options; `ci` is a command itself. */
function isOnlyGroup(command: Command): boolean {
  return command.commands.length > 0 && command.options.length === 0;
}

/** The options that every command has. */
function withGlobals(command: Command): Command {
  return command
    .option('--json', 'print one JSON document, or NDJSON for streams')
    .option('--project <file>', 'the config file, instead of the nearest glidepath.config.ts')
    .option('--local', 'work on the local cloud')
    .option('--verbose', 'print what the steps print');
}

/** Of every command that carries something out in an environment. */
const WAIT_FOR_LOCK = [
  '--wait-for-lock <duration>',
  'how long to wait for other runs of the environment; 30m in CI, no limit otherwise',
] as const;

/** Of every command that puts something else into an environment. */
const CONFIRM = [
  '--confirm <environment>',
  'the name of the environment again, so that no other is meant; asked for in runs of GitHub Actions by hand',
] as const;

function addProjectCommands(program: Command, register: Register): void {
  register(
    program,
    'validate',
    'load and validate the config; prints every mistake at once',
    async (context) => {
      const { validate } = await import('../commands/validate.ts');
      return validate(context);
    },
  );
  register(
    program,
    'plan <trigger...>',
    'what a trigger would do: push main, tag v1.2.0, pr 42 opened, deploy production',
    async (context, args, options) => {
      const { plan } = await import('../commands/plan.ts');
      return plan(context, args, {
        isMermaid: options['mermaid'] === true,
        isExitCode: options['exitCode'] === true,
      });
    },
  )
    .option('--mermaid', 'print the graph as a Mermaid flowchart')
    .option('--exit-code', 'exit with 3 when something would be done');
  addGenerate(program, register);
  register(
    program,
    'deploy <environment>',
    'one deployment, from gates to report',
    async (context, [environment = ''], options) => {
      const { deploy } = await import('../commands/deploy.ts');
      return deploy(context, environment, {
        ref: text(options['ref']),
        release: text(options['release']),
        confirm: text(options['confirm']),
      });
    },
  )
    .option('--ref <ref>', 'the branch, tag or commit to deploy; HEAD otherwise')
    .option('--release <id>', 'an existing release to deploy')
    .option(...CONFIRM)
    .option(...WAIT_FOR_LOCK);
  register(
    program,
    'promote <from> <to>',
    'the very release that runs in one environment, to another, same digests',
    async (context, [from = '', to = ''], options) => {
      const { promote } = await import('../commands/deploy.ts');
      return promote(context, from, to, text(options['confirm']));
    },
  )
    .option(...CONFIRM)
    .option(...WAIT_FOR_LOCK);
  addRollback(program, register);
  addRehearse(program, register);
}

function addRehearse(program: Command, register: Register): void {
  register(
    program,
    'rehearse <event...>',
    'let something happen on the local GitHub and carry its GitHub workflows out: push main, tag v1.2.0, pr 42 opened, merge-queue',
    async (context, args, options) => {
      const { rehearse } = await import('../commands/rehearse.ts');
      return rehearse(context, args, {
        isFromFork: options['fromFork'] === true,
        changes: list(options['change']) ?? [],
      });
    },
  )
    .option('--change <file...>', 'what the commit changes: as in the working copy, or by an empty line more')
    .option('--from-fork', 'the pull request is by somebody who may not write to the repository')
    .option(...WAIT_FOR_LOCK);
}

function addRollback(program: Command, register: Register): void {
  register(
    program,
    'rollback <environment>',
    'back to an earlier release',
    async (context, [environment = ''], options) => {
      const { rollback } = await import('../commands/rollback.ts');
      return rollback(context, environment, {
        to: text(options['to']),
        apps: list(options['app']),
        across: list(options['acrossForwardOnly']) ?? [],
        confirm: text(options['confirm']),
      });
    },
  )
    .option('--to <release>', 'the release to go back to; the one before the live one otherwise')
    .option('--app <name...>', 'only these apps')
    .option(
      '--across-forward-only <release...>',
      'go back over these releases, although what was before them does not work on their schema',
    )
    .option(...CONFIRM)
    .option(...WAIT_FOR_LOCK);
}

function addGenerate(program: Command, register: Register): void {
  register(
    program,
    'generate [files...]',
    'write the files that others read: GitHub workflows, fly.toml, Dockerfiles, the runbook',
    async (context, args, options) => {
      const { generate } = await import('../commands/generate.ts');
      return generate(context, args, {
        isCheck: options['check'] === true,
        isForce: options['force'] === true,
      });
    },
  )
    .option('--check', 'write nothing; exit with 3 and show the difference when something would be written')
    .option('--force', 'write over edits and over files of your own, remove what is not generated any more');
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const list = (value: unknown): string[] | null =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : null;

/** More letters off than this is another word, not a slip. */
const TYPOS_MAX = 3;

function usageError(error: CommanderError, program: Command, argv: readonly string[]): ToolError {
  // commander puts what was probably meant on a line of its own.
  const message = error.message.replace(/^error: /, '').replace(/\n\((.*)\)$/, '. $1');
  if (error.code === 'commander.unknownCommand' || error.code === 'commander.help') {
    const names = program.commands.flatMap((command) =>
      command.commands.length === 0
        ? [command.name()]
        : command.commands.map((sub) => `${command.name()} ${sub.name()}`),
    );
    // A group is known by its first word; then what was mistyped is the second.
    const words = argv.filter((word) => !word.startsWith('-'));
    const isGroup = names.some((name) => name.startsWith(`${words[0]} `));
    const typed = words.slice(0, isGroup ? 2 : 1).join(' ');
    const near = closest(typed, names);
    const hint =
      distance(typed, near) <= TYPOS_MAX
        ? `Did you mean: glidepath ${near}`
        : 'See all commands: glidepath --help';
    return new ToolError('CLI_UNKNOWN_COMMAND', `There is no command "${typed}".`, { hint, cause: error });
  }
  const group = program.commands.find((each) => each.name() === argv[0]);
  const command = argv.slice(0, (group?.commands.length ?? 0) > 0 ? 2 : 1).join(' ');
  return new ToolError(
    'CLI_USAGE',
    `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.?]$/.test(message) ? '' : '.'}`,
    {
      hint: `See how it is used: glidepath ${command} --help`,
      cause: error,
    },
  );
}
