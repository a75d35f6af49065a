import { Command, CommanderError } from 'commander';
import type { ExitCode } from '../command-context.ts';
import { createRegister, type MakeContext } from './create-register.ts';
import { HELP_LAYOUT } from './help-layout.ts';
import { addArtifactCommands } from './program-artifact.ts';
import { addCiCommands } from './program-ci.ts';
import { addCloudCommands } from './program-cloud.ts';
import { addCompletionsCommand } from './program-completions.ts';
import { addDbCommands } from './program-db.ts';
import { addDeployCommands } from './program-deploy.ts';
import { addGatesCommand, addGithubCommands } from './program-github.ts';
import { addOperateCommands, addScaleCommand } from './program-operate.ts';
import { addExplainCommand } from './program-explain.ts';
import { addInitCommand } from './program-init.ts';
import { addProjectCommands, addRehearseCommand } from './program-project.ts';
import { addReviewCommands } from './program-review.ts';
import { addDecisionCommands, addRunCommands } from './program-runs.ts';
import { addSecurityCommands } from './program-security.ts';
import { commandOf, globalsLast } from './read-words.ts';
import { unknownCommand, usageError } from './usage-error.ts';

/** The command line: every command with its help. Commands are loaded when they are called. */
export function createProgram(makeContext: MakeContext): { run(argv: readonly string[]): Promise<ExitCode> } {
  const state = { exitCode: 0 };
  const program = describeProgram(makeContext, (code) => (state.exitCode = code));
  return {
    async run(typed) {
      const argv = globalsLast(program, typed);
      if (argv[0] === 'help') return showHelp(program, argv.slice(1));
      const { command, rest } = commandOf(program, argv);
      if (isOnlyGroup(command) && (rest.length === 0 || rest[0] === 'help')) {
        command.outputHelp();
        return rest.length === 0 ? 2 : 0;
      }
      try {
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
    // Answered in bin/glidepath.js, which loads nothing for it.
    .option('-V, --version', 'print the version')
    .helpCommand(false)
    .configureHelp(HELP_LAYOUT)
    .exitOverride()
    .showHelpAfterError(false)
    .allowExcessArguments(false)
    .configureOutput({ writeErr: () => undefined })
    .addHelpText('after', FIRST_STEPS);
  const { register, finish } = createRegister(makeContext, onExitCode);
  addInitCommand(program, register);
  addProjectCommands(program, register);
  addExplainCommand(program, register);
  addCompletionsCommand(program, register);
  addCiCommands(program, register);
  addArtifactCommands(program, register);
  addSecurityCommands(program, register);
  addDeployCommands(program, register);
  addScaleCommand(program, register);
  addReviewCommands(program, register);
  addGatesCommand(program, register);
  addDecisionCommands(program, register);
  addOperateCommands(program, register);
  addRunCommands(program, register);
  addDbCommands(program, register);
  addGithubCommands(program, register);
  addRehearseCommand(program, register);
  addCloudCommands(program, register);
  finish();
  return program;
}

const FIRST_STEPS = `
First steps:
  glidepath init                     write the config
  glidepath ci                       run the checks
  glidepath rehearse push main       try it all locally
  glidepath deploy staging           deploy the last commit

One command in detail: glidepath help <command>`;

/** `glidepath help db lint`, also of a whole group. */
function showHelp(program: Command, words: readonly string[]): ExitCode {
  const { command, rest } = commandOf(program, words);
  const unknown = rest.find((word) => !word.startsWith('-'));
  if (unknown !== undefined) throw unknownCommand(program, words);
  command.outputHelp();
  return 0;
}

/** A group only holds commands; `ci` is a command itself, and has the options that every command has. */
function isOnlyGroup(command: Command): boolean {
  return !command.options.some((option) => option.long === '--json');
}
