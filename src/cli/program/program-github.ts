import type { Command } from 'commander';
import { HEADING } from './help-layout.ts';
import type { Register } from './register.ts';

/** `gates` is asked on GitHub in a job of its own, and works on a laptop as well. */
export function addGatesCommand(program: Command, register: Register): void {
  register(
    program,
    'gates <environment>',
    {
      heading: HEADING.deploy,
      summary: 'Whether a commit may be deployed',
      details:
        'Says whether a commit may be deployed: event, checks, earlier environments and approval. Asks for the approval if it is missing.',
      args: ['an environment of the config'],
      examples: ['gates production', 'gates production --ref v1.2.0'],
    },
    async (context, [environment = ''], options) => {
      const { gates } = await import('../commands/gates.ts');
      return gates(context, environment, {
        ref: text(options['ref']),
        promoteFrom: text(options['promoteFrom']),
      });
    },
  )
    .option('--ref <ref>', 'the branch, tag or commit to look at; HEAD otherwise')
    .option('--promote-from <environment>', 'look at the release that is live there, for a promotion');
}

/** The commands of GitHub: what is written for it, and what is set up there. */
export function addGithubCommands(program: Command, register: Register): void {
  const github = program
    .command('github')
    .helpGroup(HEADING.github)
    .summary('Lint GitHub workflows, set up a repository')
    .description('GitHub: its workflows, and the settings of the repository.');
  addLintCommand(github, register);
  addSetupCommand(github, register);
  addCommentCommand(github, register);
  register(
    github,
    'sweep',
    {
      summary: 'Close deployments of dead runs',
      details:
        'Closes deployments on GitHub whose run has died, and lists those that are unfinished or in progress. Deploys nothing.',
      examples: ['github sweep'],
    },
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
    {
      summary: 'Answer a comment (in GitHub Actions)',
      details:
        'Answers the comment that started this run of GitHub Actions: /glidepath approve, reject or help.',
      examples: ['github comment'],
    },
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
    {
      summary: 'Find mistakes in GitHub workflows',
      details:
        'Finds mistakes and risks in GitHub workflows, actions, scripts and Dependabot, and shows what to write instead.',
      args: ['only these files; all of the repository otherwise'],
      examples: ['github lint', 'github lint --pedantic --fail-on warning'],
    },
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
    .option('--pedantic', 'also report matters of style and of future trouble')
    .option('--fail-on <severity>', 'exit with 1 from this severity up: error or warning; error otherwise');
}

function addSetupCommand(github: Command, register: Register): void {
  register(
    github,
    'setup',
    {
      summary: 'Set up the repository for the config',
      details: 'Sets up the repository as the config needs it: environments, rulesets, secrets and labels.',
      examples: ['github setup --dry-run', 'github setup --set FLY_API_TOKEN'],
    },
    async (context, _args, options) => {
      const { githubSetup } = await import('../commands/github-setup.ts');
      return githubSetup(context, {
        isDryRun: options['dryRun'] === true,
        set: list(options['set']),
        isFromStdin: options['secretsFromStdin'] === true,
      });
    },
  )
    .option('--dry-run', 'change nothing; show what would change, and exit with 3 if anything would')
    .option(
      '--set <name...>',
      'set secrets, as NAME or environment:NAME, from the variable of that name or from standard input',
    )
    .option(
      '--secrets-from-stdin',
      'set secrets from lines of standard input: NAME=value or environment:NAME=value',
    );
}

const list = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
