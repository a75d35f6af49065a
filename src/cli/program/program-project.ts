import type { Command } from 'commander';
import { HEADING } from './help-layout.ts';
import type { Register } from './register.ts';
import { WAIT_FOR_LOCK } from './shared-options.ts';

/** The commands about the config itself: is it right, and what follows from it. */
export function addProjectCommands(program: Command, register: Register): void {
  register(
    program,
    'validate',
    {
      heading: HEADING.start,
      summary: 'Check the config',
      details: 'Loads and checks the config, and reports every mistake at once.',
      examples: ['validate', 'validate --project deploy/glidepath.config.ts'],
    },
    async (context) => {
      const { validate } = await import('../commands/validate.ts');
      return validate(context);
    },
  );
  addGenerate(program, register);
}

function addGenerate(program: Command, register: Register): void {
  register(
    program,
    'generate [files...]',
    {
      heading: HEADING.start,
      summary: 'Write GitHub workflows, fly.toml and more',
      details:
        'Writes the files that follow from the config: GitHub workflows, fly.toml, Dockerfiles and the runbook. Your edits are kept.',
      args: ['only these files'],
      examples: ['generate', 'generate --check', 'generate docs/RUNBOOK.md --force'],
    },
    async (context, args, options) => {
      const { generate } = await import('../commands/generate.ts');
      return generate(context, args, {
        isCheck: options['check'] === true,
        isForce: options['force'] === true,
        editable: list(options['allowEdits']),
      });
    },
  )
    .option('--check', 'write nothing; show the differences, and exit with 3 if there are any')
    .option('--allow-edits <file...>', 'with --check: accept your edits of these files')
    .option('--force', 'overwrite edits and files of your own, and delete files no longer generated');
}

/** The whole way of a change, on the local GitHub and the local cloud. */
export function addRehearseCommand(program: Command, register: Register): void {
  register(
    program,
    'rehearse <event...>',
    {
      heading: HEADING.cloud,
      summary: 'Try a push, tag or pull request locally',
      details:
        'Simulates an event on the local GitHub and runs the GitHub workflows it triggers, on the local cloud.',
      args: ['push main, tag v1.2.0, pr 42 opened, merge-queue, dispatch operations, or schedule review-app'],
      examples: [
        'rehearse push main',
        'rehearse push production --from staging',
        'rehearse pr 42 opened --change src/cart.ts',
        'rehearse dispatch deploy-staging --ref staging',
        'rehearse schedule review-app',
      ],
    },
    async (context, args, options) => {
      const { rehearse } = await import('../commands/rehearse.ts');
      return rehearse(context, args, {
        flags: {
          isFromFork: options['fromFork'] === true,
          from: text(options['from']),
          ref: text(options['ref']),
          inputs: list(options['input']),
        },
        changes: list(options['change']),
        withoutTool: list(options['withoutTool']),
      });
    },
  )
    .option(
      '--change <file...>',
      'file to change in the commit: its content in the working copy, or an added blank line',
    )
    .option('--from <branch>', 'push: the newest commit of this branch of the local GitHub, as it is')
    .option('--from-fork', 'the pull request comes from a fork')
    .option('--ref <ref>', 'dispatch: the branch or tag to run on; the main branch otherwise')
    .option('--input <name=value...>', 'dispatch: inputs of the workflow')
    .option(
      '--without-tool <action...>',
      'go on without what these actions set up and this machine lacks, such as erlef/setup-beam',
    )
    .option(...WAIT_FOR_LOCK);
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const list = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
