import { Hono } from 'hono';
import { authenticate } from './access/authenticate.ts';
import { answerHeaders } from './rest/answer-headers.ts';
import { accountRoutes } from './rest/account-routes.ts';
import { commentRoutes } from './rest/comment-routes.ts';
import { commitRoutes } from './rest/commit-routes.ts';
import { deploymentRoutes } from './rest/deployment-routes.ts';
import { gitRoutes } from './rest/git-routes.ts';
import { issueRoutes } from './rest/issue-routes.ts';
import { githubRateLimit } from './rest/rate-limit.ts';
import { repositoryRoutes } from './rest/repository-routes.ts';
import { statusRoutes } from './rest/status-routes.ts';
import type { GithubContext } from './github-context.ts';
import { GithubApiError, githubErrorBody, notFound } from './github-error.ts';

/** One part of the API. */
export type GithubPart = (context: GithubContext) => Hono;

/** In the order in which they are asked: those that end in a word come before those that end in a whole path. */
const PARTS: readonly GithubPart[] = [
  accountRoutes,
  repositoryRoutes,
  gitRoutes,
  statusRoutes,
  commitRoutes,
  deploymentRoutes,
  commentRoutes,
  issueRoutes,
];

/** GitHub's REST API as far as pipelines use it, laid out as on GitHub Enterprise Server; the rest answers 404. */
export function githubRoutes(
  context: GithubContext,
  options: { readonly rateLimits: boolean; readonly parts: readonly GithubPart[] },
): Hono {
  const routes = new Hono().basePath('/api/v3');
  routes.use('*', answerHeaders());
  routes.use('*', authenticate(context));
  routes.use('*', githubRateLimit(context.clock, options.rateLimits));
  for (const part of [...options.parts, ...PARTS]) routes.route('/', part(context));
  routes.all('*', () => {
    throw notFound();
  });
  routes.onError((error, c) => {
    const refusal =
      error instanceof GithubApiError ? error : new GithubApiError(500, `internal: ${error.message}`);
    for (const [name, value] of Object.entries(refusal.headers)) c.header(name, value);
    return c.json(githubErrorBody(refusal.status, refusal.message, refusal.errors), refusal.status);
  });
  return routes;
}
