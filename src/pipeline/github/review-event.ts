import { ToolError } from '../../diagnostics/tool-error.ts';
import { eventWords, forkRefusal } from './event-rules.ts';
import type { GithubEvent } from './github-event.ts';

/**
 * Throws GITHUB_EVENT_MISMATCH where an event of GitHub may not open or close the review app of this pull request: it
 * is about another one, comes from a fork or Dependabot, or is of a kind that starts nothing. A pull request that was
 * closed opens nothing: what is made then would stay. Pure: nothing was asked of anybody, and nothing sent.
 */
export function requireEventOfReviewApp(
  event: GithubEvent,
  pullRequest: number,
  action: 'open' | 'close',
): void {
  const what = `review app of pull request ${pullRequest}`;
  const fork = forkRefusal(event, what);
  if (fork !== null) throw fork;
  if (event.name === 'pull_request' && event.pullRequest !== null) {
    if (event.pullRequest.number !== pullRequest)
      throw refusal(
        `This run is about pull request ${event.pullRequest.number}: it does not ${action} the ${what}.`,
      );
    if (action === 'open' && event.action === 'closed')
      throw refusal(`Pull request ${pullRequest} was closed: nothing is opened for it.`);
    return;
  }
  const byOthers = action === 'close' ? ['workflow_dispatch', 'schedule'] : ['workflow_dispatch'];
  if (!byOthers.includes(event.name))
    throw refusal(`The ${what} is not ${VERBS[action]} by ${eventWords(event)}.`);
}

const VERBS = { open: 'opened', close: 'closed' } as const;

function refusal(message: string): ToolError {
  return new ToolError('GITHUB_EVENT_MISMATCH', `${message} Nothing was changed.`, {
    hint: 'Review apps follow the events of their pull request; the GitHub workflow for it is written by: glidepath generate',
  });
}
