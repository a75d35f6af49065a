import { Hono } from 'hono';
import type { Context } from 'hono';
import { seesOrganization } from '../organizations/grant.ts';
import type { Clock } from '../../util/clock.ts';
import { evaluateQuery } from './evaluate-query.ts';
import { parsePromQuery, PromQueryError } from './promql.ts';
import type { AppResponses } from './response-samples.ts';

/** What the routes work on. */
export interface MetricsContext {
  readonly clock: Clock;
  /** The apps of an organization with what their machines answered. */
  readonly appsOf: (orgSlug: string) => readonly AppResponses[];
}

/**
 * Fly's managed Prometheus, as far as a deployment asks it: `/prometheus/{org}/api/v1/query` with instant queries, by
 * GET or POST (Prometheus docs, "HTTP API"). Anything not understood is a 400 that says so. Authentication is the
 * caller's.
 */
export function metricsRoutes(context: MetricsContext): Hono {
  const routes = new Hono().basePath('/prometheus/:org/api/v1');
  routes.use('/*', async (c, next) => {
    if (seesOrganization(c.var.grant, c.req.param('org') ?? '')) return next();
    return c.json(failure('forbidden', 'the token is not of this organization'), 403);
  });
  routes.get('/query', (c) => answer(c, context, new URL(c.req.url).searchParams));
  routes.post('/query', async (c) => {
    const given = new URLSearchParams(await c.req.text());
    for (const [name, value] of new URL(c.req.url).searchParams) given.append(name, value);
    return answer(c, context, given);
  });
  routes.all('/*', (c) => c.json(failure('bad_data', `unsupported: ${c.req.method} ${c.req.path}`), 404));
  return routes;
}

function answer(c: Context, { clock, appsOf }: MetricsContext, given: URLSearchParams): Response {
  try {
    const at = timeOf(given.get('time'), clock.now());
    const text = given.get('query') ?? '';
    if (text === '') throw new PromQueryError('invalid parameter "query": it is empty');
    const samples = evaluateQuery(parsePromQuery(text), appsOf(c.req.param('org') ?? ''), at);
    const result = samples.map(({ labels, value }) => ({
      metric: labels,
      value: [at / 1_000, shown(value)],
    }));
    return c.json({ status: 'success', data: { resultType: 'vector', result } });
  } catch (error) {
    if (!(error instanceof PromQueryError)) throw error;
    return c.json(failure('bad_data', error.message), 400);
  }
}

/** Seconds since the Unix epoch, with a fraction, or RFC 3339; in milliseconds. */
function timeOf(given: string | null, now: number): number {
  if (given === null || given === '') return now;
  const ms = /^\d+(?:\.\d+)?$/u.test(given) ? Number(given) * 1_000 : Date.parse(given);
  if (Number.isFinite(ms)) return ms;
  throw new PromQueryError(`invalid parameter "time": cannot parse "${given}" to a valid timestamp`);
}

/** Numbers stand in the answer as Go writes them. */
function shown(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

function failure(errorType: string, error: string): object {
  return { status: 'error', errorType, error };
}
