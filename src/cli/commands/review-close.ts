import { EXIT } from '../../diagnostics/error-codes.ts';
import { requireEventOfReviewApp } from '../../pipeline/github/review-event.ts';
import type { Trigger } from '../../plan/plan.ts';
import { forPullRequest } from '../../plan/for-pull-request.ts';
import { closeReviewApp } from '../review/close-review-app.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { writeJson } from '../output.ts';
import { pullRequestNumber } from '../review/pull-request-number.ts';
import { readGithubContext } from '../github/read-github-context.ts';
import { openBench, requireEnvironment } from './deploy.ts';
import { planFor } from './plan.ts';

/** `glidepath review close <pr>`: removes all that there is of a review app. One that is not there is no mistake. */
export async function reviewClose(context: CommandContext, typed: string): Promise<ExitCode> {
  const number = pullRequestNumber(typed);
  const event = readGithubContext(context);
  if (event !== null) requireEventOfReviewApp(event, number, 'close');
  await using bench = await openBench(context);
  const trigger: Trigger = { kind: 'pull-request', number, action: 'closed' };
  for (const deployment of planFor(bench.project, trigger, { environments: {} }).deployments) {
    const template = requireEnvironment(bench.project, deployment.environment);
    const environment = forPullRequest(template, number);
    const code = await closeReviewApp(context, bench, { deployment, environment, number });
    if (code === null) sayNothingThere(context, environment.name);
    else if (code !== EXIT.ok) return code;
  }
  return EXIT.ok;
}

function sayNothingThere({ output }: CommandContext, environment: string): void {
  if (output.json) writeJson(output, { environment, there: false }, true);
  else output.write(`Nothing to remove: ${environment} does not exist.\n`);
}
