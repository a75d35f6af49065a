import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { admit } from '../access/admit.ts';
import { sameLogin } from '../access/role-of.ts';
import type { GithubContext } from '../github-context.ts';
import { invalid, notFound } from '../github-error.ts';
import type { LabelRecord, RepositoryRecord } from '../records.ts';
import { labelView } from '../views/issue-view.ts';
import { ISSUES_READ, ISSUES_WRITE } from './issue-routes.ts';
import { paginate, readBody } from './read-request.ts';

const WRITE = { ...ISSUES_WRITE, role: 'write' } as const;

const color = z.string().regex(/^[0-9a-fA-F]{6}$/);
const order = z.looseObject({
  name: z.string().min(1),
  color: color.default('ededed'),
  description: z.string().nullish(),
});
const change = z.looseObject({
  new_name: z.string().min(1).optional(),
  color: color.optional(),
  description: z.string().nullish(),
});

/** The labels that a repository has. */
export function labelRoutes(context: GithubContext): Hono {
  const { state, baseUrl } = context;
  const routes = new Hono().basePath('/repos/:owner/:repo/labels');
  routes.get('/', (c) => {
    const { repository } = admit(c, context, ISSUES_READ);
    const all = state.of('labels', repository.id);
    return c.json(paginate(c, baseUrl, all).map((label) => labelView(context, repository, label)));
  });
  routes.post('/', async (c) => {
    const { repository } = admit(c, context, WRITE);
    const { name, color, description } = await readBody(c, order);
    if (state.of('labels', repository.id).some((one) => sameLogin(one.name, name)))
      throw invalid('Label', 'name', 'already_exists');
    const made = state.save('labels', {
      id: state.nextId(),
      repositoryId: repository.id,
      name,
      color: color.toLowerCase(),
      description: description ?? null,
      isDefault: false,
    });
    return c.json(labelView(context, repository, made), 201);
  });
  routes.get('/:name', (c) => {
    const { repository } = admit(c, context, ISSUES_READ);
    return c.json(labelView(context, repository, labelOf(c, context, repository)));
  });
  routes.patch('/:name', async (c) => {
    const { repository } = admit(c, context, WRITE);
    const label = labelOf(c, context, repository);
    const asked = await readBody(c, change);
    const changed = state.together(() => {
      const name = asked.new_name ?? label.name;
      for (const issue of state.of('issues', repository.id))
        if (issue.labels.some((one) => sameLogin(one, label.name)))
          state.save('issues', {
            ...issue,
            labels: issue.labels.map((one) => (sameLogin(one, label.name) ? name : one)),
          });
      return state.save('labels', {
        ...label,
        name,
        color: asked.color?.toLowerCase() ?? label.color,
        description: asked.description === undefined ? label.description : asked.description,
      });
    });
    return c.json(labelView(context, repository, changed));
  });
  routes.delete('/:name', (c) => {
    const { repository } = admit(c, context, WRITE);
    state.remove('labels', labelOf(c, context, repository).id);
    return c.body(null, 204);
  });
  return routes;
}

function labelOf(c: Context, { state }: GithubContext, repository: RepositoryRecord): LabelRecord {
  const name = decodeURIComponent(c.req.param('name') ?? '');
  const label = state.of('labels', repository.id).find((one) => sameLogin(one.name, name));
  if (label === undefined) throw notFound();
  return label;
}
