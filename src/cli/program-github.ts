import type { Command } from 'commander';
import type { Register } from './program.ts';

/** The commands of GitHub: what is written for it, and what is set up there. */
export function addGithubCommands(program: Command, register: Register): void {
  const github = program.command('github').description('GitHub: its workflows, and what is set up there');
  addLintCommand(github, register);
}

function addLintCommand(github: Command, register: Register): void {
  register(
    github,
    'lint [files...]',
    'what is wrong with GitHub workflows and what they rely on, and what to write instead',
    async (context, files, options) => {
      const { githubLint } = await import('./commands/github-lint.ts');
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

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
