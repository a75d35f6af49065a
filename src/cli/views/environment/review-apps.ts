import type { ReviewApp } from '../../../pipeline/review/find-review-apps.ts';
import type { PullRequestState } from '../../../pipeline/review/judge-review-app.ts';
import { renderTable } from '../text/table.ts';
import { formatAgo, formatDuration } from '../text/time.ts';

/** A review app with what GitHub says of its pull request; null where nobody could be asked. */
export interface ListedReviewApp {
  readonly review: ReviewApp;
  readonly state: PullRequestState | null;
}

/** All review apps, a row each. */
export function renderReviewApps(listed: readonly ListedReviewApp[], now: number): string {
  if (listed.length === 0) return 'There is no review app.\n';
  const header = [
    'pr',
    'environment',
    'pull request',
    'release',
    'deployed',
    'expires',
    'database',
    'address',
  ];
  return renderTable(
    header,
    listed.map(({ review, state }) => [
      `#${review.pullRequest}`,
      review.environment.name,
      state ?? '–',
      review.release ?? (review.apps.length === 0 ? 'no app' : '–'),
      review.deployedAt === null ? '–' : formatAgo(review.deployedAt, now),
      expiryWords(review.expiresAt, now),
      review.databases.length === 0 ? '–' : review.databases.join(', '),
      review.url ?? '–',
    ]),
  );
}

/** The same for machines. */
export function reviewAppDocument({ review, state }: ListedReviewApp): object {
  return {
    pullRequest: review.pullRequest,
    environment: review.environment.name,
    state,
    release: review.release,
    deployedAt: review.deployedAt,
    expiresAt: review.expiresAt,
    apps: review.apps,
    databases: review.databases,
    url: review.url,
  };
}

function expiryWords(expiresAt: number | null, now: number): string {
  if (expiresAt === null) return 'never';
  return expiresAt <= now ? 'has expired' : `in ${formatDuration(expiresAt - now)}`;
}
