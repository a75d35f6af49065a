import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { notFound } from '../fly/api-error.ts';
import { newUlid } from '../fly/ids.ts';
import { isoTime } from '../fly/machines/machine-view.ts';
import type { AppRecord } from '../fly/records.ts';
import { queryInt, readBody } from '../fly/request-body.ts';
import { seesApp } from '../organizations/grant.ts';
import { releasesOf } from './app-releases.ts';
import type { FlyctlContext } from './flyctl-context.ts';
import type { BuildRecord, ReleaseRecord } from './release-book.ts';

const releaseOrder = z.looseObject({
  app_name: z.string().min(1),
  build_id: z.int().nullish(),
  definition: z.unknown().optional(),
  image: z.string().nullish(),
  strategy: z.string().nullish(),
});
const releaseChange = z.looseObject({ status: z.string().min(1), metadata: z.unknown().optional() });
const buildOrder = z.looseObject({ app_name: z.string().min(1) });
const buildEnd = z.looseObject({ build_id: z.int(), status: z.string().min(1) });

const LIMIT = { min: 1, max: 100, fallback: 25 } as const;

/**
 * The service that flyctl tells of its builds and releases (flyctl, internal/uiex): below `/api/v1`. It is not
 * documented, so whatever is not flyctl has no business here.
 */
export function releaseRoutes(context: FlyctlContext): Hono {
  const { state, releases, clock } = context;
  const routes = new Hono();
  const appOf = (c: Context, name: string): AppRecord => {
    const app = state.findApp(name);
    if (app === null || !seesApp(c.var.grant, app)) throw notFound(`app '${name}' not found`);
    return app;
  };

  routes.post('/releases', async (c) => {
    const body = await readBody(c, releaseOrder);
    const app = appOf(c, body.app_name).name;
    const now = clock.now();
    const record: ReleaseRecord = {
      id: newUlid(now),
      app,
      version: (releasesOf(context, app)[0]?.version ?? 0) + 1,
      status: 'pending',
      strategy: body.strategy ?? 'ROLLING',
      imageRef: body.image ?? '',
      definition: body.definition ?? null,
      metadata: null,
      createdAt: now,
    };
    releases.save(record);
    return c.json({ release: releaseView(record) }, 201);
  });

  routes.patch('/releases/:id', async (c) => {
    const record = releases.find(c.req.param('id'));
    if (record === null) throw notFound('release not found');
    appOf(c, record.app);
    const { status, metadata = null } = await readBody(c, releaseChange);
    const changed = { ...record, status, metadata: metadata ?? record.metadata };
    releases.save(changed);
    return c.json(releaseView(changed));
  });

  routes.get('/releases/all_current', (c) => {
    const current = state
      .apps()
      .filter((app) => seesApp(c.var.grant, app))
      .flatMap(({ name }) => {
        const [latest] = releasesOf(context, name);
        return latest === undefined ? [] : [[name, isoTime(latest.createdAt)] as const];
      });
    return c.json(Object.fromEntries(current));
  });

  routes.get('/apps/:app/releases', (c) => {
    const all = releasesOf(context, appOf(c, c.req.param('app')).name);
    return c.json({ releases: all.slice(0, queryInt(c, 'limit', LIMIT)).map(releaseView) });
  });

  routes.get('/apps/:app/releases/current', (c) => {
    const [latest] = releasesOf(context, appOf(c, c.req.param('app')).name);
    if (latest === undefined) throw notFound('no current release');
    return c.json(releaseView(latest));
  });

  routes.post('/builds', async (c) => {
    const { name } = appOf(c, (await readBody(c, buildOrder)).app_name);
    return c.json(buildView(releases.addBuild(name, clock.now()), clock.now()));
  });

  routes.post('/builds/finish', async (c) => {
    const { build_id: id, status } = await readBody(c, buildEnd);
    const build = releases.findBuild(id);
    if (build === null) throw notFound('build not found');
    appOf(c, build.app);
    return c.json(buildView(releases.finishBuild(build, status), clock.now()));
  });
  return routes;
}

function releaseView(record: ReleaseRecord): object {
  return {
    id: record.id,
    version: record.version,
    stable: record.status === 'complete',
    in_progress: record.status === 'running',
    status: record.status,
    strategy: record.strategy,
    user: 'local@localhost',
    created_at: isoTime(record.createdAt),
    image_ref: record.imageRef,
  };
}

function buildView({ id, status, createdAt }: BuildRecord, now: number): object {
  return { id, status, wallclock_time_ms: Math.max(0, Math.round(now - createdAt)) };
}
