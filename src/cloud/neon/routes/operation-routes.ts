import { Hono } from 'hono';
import type { NeonContext } from '../neon-context.ts';
import { invalid, notFound } from '../neon-error.ts';
import { projectOf } from '../neon-grant.ts';
import { operationView, preciseTimestamp } from '../views.ts';
import { queryInt } from './read-request.ts';

const PATH = '/projects/:project/operations';
const LIMIT = { min: 1, max: 1_000 } as const;

/** The operations of a project, the newest first; a cursor is the time of the last one shown. */
export function operationRoutes(context: NeonContext): Hono {
  const { state } = context;
  const routes = new Hono();
  routes.get(PATH, (c) => {
    const { id } = projectOf(c, context);
    const limit = queryInt(c, 'limit', LIMIT) ?? LIMIT.max;
    const cursor = c.req.query('cursor') ?? '';
    if (cursor !== '' && Number.isNaN(Date.parse(cursor))) throw invalid('invalid cursor');
    const shown = state
      .all('operations')
      .filter((one) => one.projectId === id)
      .filter((one) => cursor === '' || preciseTimestamp(one.createdAt) < cursor)
      .toReversed()
      .slice(0, limit);
    const last = shown.at(-1);
    return c.json({
      operations: shown.map(operationView),
      ...(last === undefined ? {} : { pagination: { cursor: preciseTimestamp(last.createdAt) } }),
    });
  });
  routes.get(`${PATH}/:operation`, (c) => {
    const { id } = projectOf(c, context);
    const operation = state.find('operations', c.req.param('operation'));
    if (operation === null || operation.projectId !== id) throw notFound('operation');
    return c.json({ operation: operationView(operation) });
  });
  return routes;
}
