import type { Command } from 'commander';
import type { Register } from './register.ts';

/** `gates` is asked on GitHub in a job of its own, and works on a laptop as well. */
export function addGatesCommand(program: Command, register: Register): void {
  register(
    program,
    'gates <environment>',
    'whether a commit may be deployed: event, checks, earlier environments, approval; asks for what is missing',
    async (context, [environment = ''], options) => {
      const { gates } = await import('../commands/gates.ts');
      return gates(context, environment, { ref: text(options['ref']) });
    },
  ).option('--ref <ref>', 'the branch, tag or commit to look at; HEAD otherwise');
}

/** The commands of GitHub: what is written for it, and what is set up there. */
export function addGithubCommands(program: Command, register: Register): void {
  const github = program.command('github').description('GitHub: its workflows, and what is set up there');
  addLintCommand(github, register);
  addSetupCommand(github, register);
  addCommentCommand(github, register);
  register(
    github,
    'sweep',
    'end what dead runs left on GitHub, and say which deployments are half done',
    async (context) => {
      const { githubSweep } = await import('../commands/github-sweep.ts');
      return githubSweep(context);
    },
  );
}

function addCommentCommand(github: Command, register: Register): void {
  register(
    github,
    'comment',
    'read the comment that started this run of GitHub Actions, and answer it: /glidepath approve, reject, help',
    async (context) => {
      const { githubComment } = await import('../commands/github-comment.ts');
      return githubComment(context);
    },
  );
}

function addLintCommand(github: Command, register: Register): void {
  register(
    github,
    'lint [files...]',
    'what is wrong with GitHub workflows and what they rely on, and what to write instead',
    async (context, files, options) => {
      const { githubLint } = await import('../commands/github-lint.ts');
      return githubLint(context, files, {
        format: text(options['format']),
        failOn: text(options['failOn']),
        isPedantic: options['pedantic'] === true,
      });
    },
  )
    .option('--format <form>', 'human, json, sarif, or github for annotations; human otherwise')
    .option('--pedantic', 'say also what is a matter of taste or of later trouble')
    .option('--fail-on <severity>', 'end with 1 from this severity on: error or warning; error otherwise');
}

function addSetupCommand(github: Command, register: Register): void {
  register(
    github,
    'setup',
    'environments, rulesets, secrets and labels of the repository, as the config needs them',
    async (context, _args, options) => {
      const { githubSetup } = await import('../commands/github-setup.ts');
      return githubSetup(context, {
        isDryRun: options['dryRun'] === true,
        set: list(options['set']),
        isFromStdin: options['secretsFromStdin'] === true,
      });
    },
  )
    .option('--dry-run', 'change nothing; show what would be changed, and end with 3 when something would')
    .option(
      '--set <name...>',
      'set secrets, as NAME or environment:NAME: the value of the variable of that name, or of standard input',
    )
    .option(
      '--secrets-from-stdin',
      'set secrets from standard input: lines of NAME=value or environment:NAME=value',
    );
}

const list = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
