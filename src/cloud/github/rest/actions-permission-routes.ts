import { Hono } from 'hono';
import { z } from 'zod';
import { admit } from '../access/admit.ts';
import type { GithubContext } from '../github-context.ts';
import { readBody } from './read-request.ts';

const READ = { permission: 'administration', level: 'read', role: 'admin' } as const;
const WRITE = { permission: 'administration', level: 'write', role: 'admin' } as const;

const enabled = z.looseObject({ enabled: z.boolean(), allowed_actions: z.literal('all').optional() });
const workflow = z.looseObject({
  default_workflow_permissions: z.enum(['read', 'write']).optional(),
  can_approve_pull_request_reviews: z.boolean().optional(),
});

/** What GitHub Actions may do in a repository. */
export function actionsPermissionRoutes(context: GithubContext): Hono {
  const { state } = context;
  const routes = new Hono().basePath('/repos/:owner/:repo/actions/permissions');
  routes.get('/', (c) => {
    const { repository } = admit(c, context, READ);
    return c.json({
      enabled: repository.isActionsEnabled,
      allowed_actions: 'all',
      sha_pinning_required: false,
    });
  });
  routes.put('/', async (c) => {
    const { repository } = admit(c, context, WRITE);
    const asked = await readBody(c, enabled);
    state.change('repositories', repository.id, { isActionsEnabled: asked.enabled });
    return c.body(null, 204);
  });
  routes.get('/workflow', (c) => {
    const { repository } = admit(c, context, READ);
    return c.json({
      default_workflow_permissions: repository.workflowPermissions,
      can_approve_pull_request_reviews: repository.workflowsMayApprove,
    });
  });
  routes.put('/workflow', async (c) => {
    const { repository } = admit(c, context, WRITE);
    const asked = await readBody(c, workflow);
    state.change('repositories', repository.id, {
      workflowPermissions: asked.default_workflow_permissions ?? repository.workflowPermissions,
      workflowsMayApprove: asked.can_approve_pull_request_reviews ?? repository.workflowsMayApprove,
    });
    return c.body(null, 204);
  });
  return routes;
}
