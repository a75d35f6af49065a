import { EXIT } from '../../diagnostics/error-codes.ts';
import { findReviewApps } from '../../pipeline/review/find-review-apps.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { writeJson } from '../output.ts';
import { withProgress } from '../progress.ts';
import { openPullRequests } from '../review/pull-requests.ts';
import { reviewReaders } from '../review/review-readers.ts';
import {
  renderReviewApps,
  reviewAppDocument,
  type ListedReviewApp,
} from '../views/environment/review-apps.ts';
import { openBench } from './deploy.ts';

/** `glidepath review list`: every review app that there is, by what the platforms list. */
export async function reviewList(context: CommandContext): Promise<ExitCode> {
  await using bench = await openBench(context);
  const { output } = context;
  const { pullRequests, problem } = await openPullRequests(context, bench);
  const { found, strangers } = await withProgress(context, 'Looking for review apps', () =>
    findReviewApps(bench.project, reviewReaders(bench)),
  );
  const listed: ListedReviewApp[] = [];
  for (const review of found)
    listed.push({ review, state: (await pullRequests?.stateOf(review.pullRequest)) ?? null });
  if (output.json) {
    writeJson(output, { reviewApps: listed.map(reviewAppDocument), strangers, problem });
    return EXIT.ok;
  }
  output.write(renderReviewApps(listed, bench.clock.now()));
  for (const { name, reason } of strangers)
    output.write(`! ${name} has the name of a review app: ${reason}\n`);
  if (problem !== null) output.error(`! Cannot look up pull requests: ${problem}.\n`);
  return EXIT.ok;
}
