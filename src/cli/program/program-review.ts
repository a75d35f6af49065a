import type { Command } from 'commander';
import { HEADING } from './help-layout.ts';
import type { Register } from './register.ts';

/** Review apps: one for each pull request, made, listed and taken away. */
export function addReviewCommands(program: Command, register: Register): void {
  const review = program
    .command('review')
    .helpGroup(HEADING.deploy)
    .summary('Open, list and close review apps')
    .description('Review apps: one for each pull request.');
  register(
    review,
    'open <pr>',
    {
      summary: 'Deploy or update a review app',
      details: 'Deploys the head of a pull request to an environment of its own, or updates it.',
      args: ['the number of the pull request'],
      examples: ['review open 42'],
    },
    async (context, [pr = ''], options) => {
      const { reviewOpen } = await import('../commands/review-open.ts');
      const { ref } = options;
      return reviewOpen(context, pr, { ref: typeof ref === 'string' ? ref : null });
    },
  )
    .option('--ref <ref>', 'the branch, tag or commit to deploy; the pull request’s head otherwise')
    .option('--wait-for-lock <duration>', 'how long to wait for other runs of this pull request');
  register(
    review,
    'close <pr>',
    {
      summary: 'Remove a review app',
      details:
        'Removes the apps, databases and secrets of a review app. Succeeds if there is nothing to remove.',
      args: ['the number of the pull request'],
      examples: ['review close 42'],
    },
    async (context, [pr = '']) => {
      const { reviewClose } = await import('../commands/review-close.ts');
      return reviewClose(context, pr);
    },
  ).option('--wait-for-lock <duration>', 'how long to wait for other runs of this pull request');
  register(
    review,
    'list',
    {
      summary: 'List review apps and when they expire',
      examples: ['review list'],
    },
    async (context) => {
      const { reviewList } = await import('../commands/review-list.ts');
      return reviewList(context);
    },
  );
  register(
    review,
    'reap',
    {
      summary: 'Remove closed and expired review apps',
      details: 'Removes review apps whose pull request is closed or that have expired.',
      examples: ['review reap --dry-run', 'review reap'],
    },
    async (context, _args, options) => {
      const { reviewReap } = await import('../commands/review-reap.ts');
      return reviewReap(context, { isDryRun: options['dryRun'] === true });
    },
  ).option('--dry-run', 'remove nothing; show what would be removed');
}
