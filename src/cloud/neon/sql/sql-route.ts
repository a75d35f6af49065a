import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import type { NeonContext } from '../neon-context.ts';
import { runSql } from './run-sql.ts';
import { SqlRouteError } from './sql-route-error.ts';

const querySchema = z.looseObject({
  query: z.string(),
  params: z.array(z.unknown()).default([]),
  arrayMode: z.boolean().optional(),
});
const bodySchema = z.union([z.looseObject({ queries: z.array(querySchema) }), querySchema]);

const ISOLATION = {
  ReadUncommitted: 'read uncommitted',
  ReadCommitted: 'read committed',
  RepeatableRead: 'repeatable read',
  Serializable: 'serializable',
} as const;

/**
 * SQL over HTTP, as `@neondatabase/serverless` speaks it: the connection string comes in a header, and is of a compute of
 * this cloud. One query, or several in one transaction.
 */
export function sqlRoute(context: NeonContext): Hono {
  const routes = new Hono();
  // For browsers, as on Neon: any page may ask, with a password it knows.
  routes.options('/sql', (c) => c.body(null, 204, CORS));
  routes.post('/sql', async (c) => {
    try {
      const url = connectionOf(c, context);
      const parsed = bodySchema.safeParse(await c.req.json().catch(() => null));
      if (!parsed.success)
        throw new SqlRouteError(`invalid request body: ${parsed.error.issues[0]?.message ?? ''}`);
      const isBatch = 'queries' in parsed.data;
      const queries = 'queries' in parsed.data ? parsed.data.queries : [parsed.data];
      const isArrayMode = c.req.header('neon-array-mode') === 'true';
      const results = await runSql(url, {
        queries: (queries as z.infer<typeof querySchema>[]).map((one) => ({
          text: one.query,
          values: one.params,
          isArrayMode: one.arrayMode ?? isArrayMode,
        })),
        isRawText: c.req.header('neon-raw-text-output') === 'true',
        begin: isBatch ? beginOf(c) : null,
      });
      return c.json(isBatch ? { results } : results[0], 200, CORS);
    } catch (error) {
      if (error instanceof SqlRouteError) return c.json(error.body, error.status, CORS);
      throw error;
    }
  });
  return routes;
}

const CORS = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };

/** The connection string of the request. Throws unless it is of a compute of this cloud. */
function connectionOf(c: Context, { state }: NeonContext): string {
  const text = c.req.header('neon-connection-string') ?? '';
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^postgres(?:ql)?:$/.test(url.protocol))
    throw new SqlRouteError('the header neon-connection-string is missing or no connection string');
  const port = Number(url.port);
  const isOurs = state.all('endpoints').some((one) => one.port === port || one.pooledPort === port);
  if (!isOurs || url.hostname !== '127.0.0.1')
    throw new SqlRouteError(
      'the requested endpoint could not be found, or you do not have access to it',
      404,
    );
  // What is about TLS and Neon's proxy has no meaning here.
  url.search = '';
  return url.href;
}

function beginOf(c: Context): string {
  const isolation = c.req.header('neon-batch-isolation-level') as keyof typeof ISOLATION | undefined;
  const level = isolation === undefined ? undefined : ISOLATION[isolation];
  return [
    'begin',
    ...(level === undefined ? [] : [`isolation level ${level}`]),
    ...(c.req.header('neon-batch-read-only') === 'true' ? ['read only'] : []),
    ...(c.req.header('neon-batch-deferrable') === 'true' ? ['deferrable'] : []),
  ].join(' ');
}
