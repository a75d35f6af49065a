import { Hono } from 'hono';
import { z } from 'zod';
import { admit } from '../access/admit.ts';
import { causeOf } from '../access/caller.ts';
import type { GithubContext } from '../github-context.ts';
import { readBody } from './read-request.ts';

/** By REST, "create a repository dispatch event". */
const EVENT_TYPE_MAX = 100;

const order = z.looseObject({
  event_type: z.string().min(1).max(EVENT_TYPE_MAX),
  client_payload: z.record(z.string(), z.unknown()).default({}),
});

/** An event that somebody makes up; GitHub workflows start by it, whoever does. */
export function dispatchRoutes(context: GithubContext): Hono {
  const routes = new Hono();
  routes.post('/repos/:owner/:repo/dispatches', async (c) => {
    const { repository, caller } = admit(c, context, { permission: 'contents', level: 'write' });
    const { event_type: action, client_payload: payload } = await readBody(c, order);
    context.state.together(() =>
      context.events.emit({
        name: 'repository_dispatch',
        action,
        repository,
        sender: caller.account.login,
        cause: causeOf(caller),
        payload: { branch: repository.defaultBranch, client_payload: payload },
      }),
    );
    return c.body(null, 204);
  });
  return routes;
}
