import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { admit } from '../access/admit.ts';
import { requirePlan } from '../access/plan-limits.ts';
import type { GithubContext } from '../github-context.ts';
import { GithubApiError } from '../github-error.ts';
import { commitOf } from '../git/read-git.ts';
import type { ProtectionRecord } from '../protection-records.ts';
import type { RepositoryRecord } from '../records.ts';
import { repositoryUrl } from '../views/repository-view.ts';
import { readBody } from './read-request.ts';

const READ = { permission: 'administration', level: 'read', role: 'admin' } as const;
const WRITE = { permission: 'administration', level: 'write', role: 'admin' } as const;

/** GitHub wants these four named, if only as null. */
const order = z.looseObject({
  required_status_checks: z
    .looseObject({
      strict: z.boolean(),
      contexts: z.array(z.string()).optional(),
      checks: z.array(z.looseObject({ context: z.string() })).optional(),
    })
    .nullable(),
  enforce_admins: z.boolean().nullable(),
  required_pull_request_reviews: z.null('the local cloud does not enforce reviews'),
  restrictions: z.null('the local cloud does not enforce restrictions'),
  allow_force_pushes: z.boolean().nullish(),
  allow_deletions: z.boolean().nullish(),
});

/** The older protection of a branch: what checks it asks for, and that it is not thrown away. */
export function protectionRoutes(context: GithubContext): Hono {
  const { state } = context;
  const routes = new Hono().basePath('/repos/:owner/:repo/branches');
  routes.get('/:branch{.+}/protection', (c) => {
    const { repository } = admit(c, context, READ);
    requirePlan(context, repository, 'rules');
    return c.json(view(context, repository, protectionOf(c, context, repository)));
  });
  routes.put('/:branch{.+}/protection', async (c) => {
    const { repository } = admit(c, context, WRITE);
    requirePlan(context, repository, 'rules');
    const asked = await readBody(c, order);
    const branch = branchOf(c);
    if ((await commitOf(context.git.dirOf(repository.id), `refs/heads/${branch}`)) === null)
      throw new GithubApiError(404, 'Branch not found');
    const checks = asked.required_status_checks;
    const contexts = [...(checks?.contexts ?? []), ...(checks?.checks ?? []).map((one) => one.context)];
    const record: ProtectionRecord = {
      id: `${repository.id}/${branch}`,
      repositoryId: repository.id,
      branch,
      checks: checks === null ? null : { strict: checks.strict, contexts: [...new Set(contexts)] },
      enforcesAdmins: asked.enforce_admins ?? false,
      allowsForcePushes: asked.allow_force_pushes ?? false,
      allowsDeletions: asked.allow_deletions ?? false,
    };
    return c.json(view(context, repository, state.save('protections', record)));
  });
  routes.delete('/:branch{.+}/protection', (c) => {
    const { repository } = admit(c, context, WRITE);
    state.remove('protections', protectionOf(c, context, repository).id);
    return c.body(null, 204);
  });
  return routes;
}

function branchOf(c: Context): string {
  return decodeURIComponent(c.req.param('branch') ?? '');
}

function protectionOf(c: Context, { state }: GithubContext, { id }: RepositoryRecord): ProtectionRecord {
  const found = state.find('protections', `${id}/${branchOf(c)}`);
  if (found === null) throw new GithubApiError(404, 'Branch not protected');
  return found;
}

function view(context: GithubContext, repository: RepositoryRecord, protection: ProtectionRecord): object {
  const url = `${repositoryUrl(context, repository)}/branches/${encodeURIComponent(protection.branch)}/protection`;
  const { checks } = protection;
  const off = { enabled: false };
  return {
    url,
    ...(checks === null
      ? {}
      : {
          required_status_checks: {
            url: `${url}/required_status_checks`,
            strict: checks.strict,
            contexts: checks.contexts,
            contexts_url: `${url}/required_status_checks/contexts`,
            checks: checks.contexts.map((name) => ({ context: name, app_id: null })),
          },
        }),
    enforce_admins: { url: `${url}/enforce_admins`, enabled: protection.enforcesAdmins },
    required_signatures: { url: `${url}/required_signatures`, enabled: false },
    required_linear_history: off,
    allow_force_pushes: { enabled: protection.allowsForcePushes },
    allow_deletions: { enabled: protection.allowsDeletions },
    block_creations: off,
    required_conversation_resolution: off,
    lock_branch: off,
    allow_fork_syncing: off,
  };
}
