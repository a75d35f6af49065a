import { Hono } from 'hono';
import { authenticate } from './access/authenticate.ts';
import { answerHeaders } from './rest/answer-headers.ts';
import { accountRoutes } from './rest/account-routes.ts';
import { actionsPermissionRoutes } from './rest/actions-permission-routes.ts';
import { appRoutes } from './rest/app-routes.ts';
import { checkRoutes } from './rest/check-routes.ts';
import { commentRoutes } from './rest/comment-routes.ts';
import { commitRoutes } from './rest/commit-routes.ts';
import { deploymentRoutes } from './rest/deployment-routes.ts';
import { dispatchRoutes } from './rest/dispatch-routes.ts';
import { environmentRoutes } from './rest/environment-routes.ts';
import { gitRoutes } from './rest/git-routes.ts';
import { issueRoutes } from './rest/issue-routes.ts';
import { labelRoutes } from './rest/label-routes.ts';
import { protectionRoutes } from './rest/protection-routes.ts';
import { pullRoutes } from './rest/pull-routes.ts';
import { githubRateLimit } from './rest/rate-limit.ts';
import { repositoryRoutes } from './rest/repository-routes.ts';
import { rulesetRoutes } from './rest/ruleset-routes.ts';
import { secretRoutes } from './rest/secret-routes.ts';
import { statusRoutes } from './rest/status-routes.ts';
import type { GithubContext } from './github-context.ts';
import { GithubApiError, githubErrorBody, notFound } from './github-error.ts';

/** One part of the API. */
export type GithubPart = (context: GithubContext) => Hono;

/** In the order in which they are asked: those that end in a word come before those that end in a whole path. */
const PARTS: readonly GithubPart[] = [
  accountRoutes,
  appRoutes,
  repositoryRoutes,
  gitRoutes,
  statusRoutes,
  checkRoutes,
  pullRoutes,
  protectionRoutes,
  commitRoutes,
  deploymentRoutes,
  dispatchRoutes,
  secretRoutes,
  environmentRoutes,
  rulesetRoutes,
  actionsPermissionRoutes,
  labelRoutes,
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
