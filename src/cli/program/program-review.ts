import type { Command } from 'commander';
import type { Register } from './register.ts';

/** Review apps: one for each pull request, made, listed and taken away. */
export function addReviewCommands(program: Command, register: Register): void {
  const review = program.command('review').description('review apps: one for each pull request');
  register(
    review,
    'open <pr>',
    'deploy the head of a pull request to an environment of its own, or bring that up to date',
    async (context, [pr = ''], options) => {
      const { reviewOpen } = await import('../commands/review-open.ts');
      const { ref } = options;
      return reviewOpen(context, pr, { ref: typeof ref === 'string' ? ref : null });
    },
  )
    .option('--ref <ref>', 'the branch, tag or commit to deploy; the head of the pull request otherwise')
    .option('--wait-for-lock <duration>', 'how long to wait for other runs of the same pull request');
  register(
    review,
    'close <pr>',
    'remove its apps, its databases and its secrets; nothing there is no mistake',
    async (context, [pr = '']) => {
      const { reviewClose } = await import('../commands/review-close.ts');
      return reviewClose(context, pr);
    },
  ).option('--wait-for-lock <duration>', 'how long to wait for other runs of the same pull request');
  register(
    review,
    'list',
    'every review app that the platforms have, and until when it stays',
    async (context) => {
      const { reviewList } = await import('../commands/review-list.ts');
      return reviewList(context);
    },
  );
  register(
    review,
    'reap',
    'remove those whose pull request is not open any more, and those that have expired',
    async (context, _args, options) => {
      const { reviewReap } = await import('../commands/review-reap.ts');
      return reviewReap(context, { isDryRun: options['dryRun'] === true });
    },
  ).option('--dry-run', 'remove nothing; say what would be removed');
}
