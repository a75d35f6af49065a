import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { badRequest, conflict, FlyApiError, notFound } from '../api-error.ts';
import type { FlyContext } from '../fly-context.ts';
import { leastLoaded } from '../apps/hosts.ts';
import { requireRegion } from '../apps/placement.ts';
import { readBody } from '../request-body.ts';
import type { AppRecord } from '../records.ts';
import { DEFAULT_REGION } from '../apps/regions.ts';
import type { VolumeRecord } from './volume-record.ts';
import type { VolumeContents } from './volumes.ts';
import { snapshotView, volumeView } from './volume-view.ts';

// Figures of Fly's documentation of volumes.
const SIZE_GB = { fallback: 3, min: 1, max: 500 } as const;
const RETENTION_DAYS = { fallback: 5, min: 1, max: 60 } as const;

const size = z.int().min(SIZE_GB.min).max(SIZE_GB.max);
const retention = z.int().min(RETENTION_DAYS.min).max(RETENTION_DAYS.max);

const createVolume = z.looseObject({
  name: z.string().regex(/^[a-z0-9_]{1,30}$/u, 'must be 1 to 30 lower-case letters, digits or underscores'),
  region: z.string().nullish(),
  size_gb: size.nullish(),
  encrypted: z.boolean().nullish(),
  fstype: z.enum(['ext4', '']).nullish(),
  require_unique_zone: z.boolean().nullish(),
  unique_zone_app_wide: z.boolean().nullish(),
  snapshot_id: z.string().nullish(),
  source_volume_id: z.string().nullish(),
  snapshot_retention: retention.nullish(),
  auto_backup_enabled: z.boolean().nullish(),
});
const updateVolume = z.looseObject({
  snapshot_retention: retention.nullish(),
  auto_backup_enabled: z.boolean().nullish(),
});
const extendVolume = z.looseObject({ size_gb: size });

type CreateBody = z.infer<typeof createVolume>;

/** An app's volumes and their snapshots: `/apps/{app}/volumes`. */
export function volumeRoutes(context: FlyContext): Hono {
  const { state, volumes, limiter } = context;
  const routes = new Hono();
  const path = '/apps/:app/volumes';
  const find = (c: Context, action: string | null): { app: AppRecord; volume: VolumeRecord } => {
    const { app: name = '', id = '' } = c.req.param();
    const app = state.app(name);
    const volume = volumes.find(app, id);
    limiter.take(action === null ? 'read' : 'action', `${action ?? 'volume'} ${id}`);
    if (action !== null) requireHost(context, app, volume);
    return { app, volume };
  };
  const view = (app: AppRecord, volume: VolumeRecord): Promise<object> => volumeAnswer(context, app, volume);

  routes.get(path, async (c) => {
    const app = state.app(c.req.param('app'));
    limiter.take('read', `volumes ${app.name}`);
    return c.json(await Promise.all(volumes.of(app).map((volume) => view(app, volume))));
  });

  routes.post(path, async (c) => {
    const app = state.app(c.req.param('app'));
    limiter.take('action', `create volume ${app.name}`);
    const volume = await create(context, app, await readBody(c, createVolume));
    return c.json(await view(app, volume));
  });

  routes.get(`${path}/:id`, async (c) => {
    const { app, volume } = find(c, null);
    return c.json(await view(app, volume));
  });

  routes.put(`${path}/:id`, async (c) => {
    const { app, volume } = find(c, 'update volume');
    const body = await readBody(c, updateVolume);
    volume.snapshotRetentionDays = body.snapshot_retention ?? volume.snapshotRetentionDays;
    volume.hasAutoBackup = body.auto_backup_enabled ?? volume.hasAutoBackup;
    volumes.save(app, volume);
    return c.json(await view(app, volume));
  });

  routes.put(`${path}/:id/extend`, async (c) => {
    const { app, volume } = find(c, 'extend volume');
    const { size_gb: sizeGb } = await readBody(c, extendVolume);
    if (sizeGb < volume.sizeGb)
      throw badRequest(`volume ${volume.id} is ${volume.sizeGb} GB: a volume can only be made bigger`);
    const hasGrown = sizeGb > volume.sizeGb;
    volume.sizeGb = sizeGb;
    volumes.save(app, volume);
    // The file system of a running machine grows when it is next started.
    const isRunning = volumes.attachedTo(app, volume.id)?.state === 'started';
    return c.json({ volume: await view(app, volume), needs_restart: hasGrown && isRunning });
  });

  routes.delete(`${path}/:id`, async (c) => {
    const { app, volume } = find(c, 'delete volume');
    const holder = volumes.attachedTo(app, volume.id);
    if (holder !== null)
      throw conflict(`failed_precondition: volume is currently bound to machine: ${holder.id}`);
    await volumes.destroy(app, volume);
    return c.json(await view(app, volume));
  });

  routes.get(`${path}/:id/snapshots`, (c) => {
    const { volume } = find(c, null);
    return c.json(volume.snapshots.map(snapshotView));
  });

  routes.post(`${path}/:id/snapshots`, async (c) => {
    const { app, volume } = find(c, 'snapshot volume');
    await volumes.snapshot(app, volume);
    return c.body(null, 200);
  });
  return routes;
}

/** A volume as the API answers it, with what is looked up now. */
export async function volumeAnswer(
  { volumes, hosts }: FlyContext,
  app: AppRecord,
  volume: VolumeRecord,
): Promise<Record<string, unknown>> {
  return volumeView(volume, {
    attachedMachineId: volumes.attachedTo(app, volume.id)?.id ?? null,
    hostStatus: hosts.statusOfVolume(app.name, volume),
    usedBytes: volume.isDestroyed ? 0 : await volumes.usedBytes(volume.id),
  });
}

async function create(context: FlyContext, app: AppRecord, body: CreateBody): Promise<VolumeRecord> {
  const { volumes } = context;
  const source = contentsOf(context, app, body);
  const region = body.region || (source?.region ?? DEFAULT_REGION);
  requireRegion(region);
  const sizeGb = body.size_gb ?? source?.sizeGb ?? SIZE_GB.fallback;
  if (source !== null && sizeGb < source.sizeGb)
    throw badRequest(`invalid size_gb: must be at least the ${source.sizeGb} of what it is made from`);
  const host = placeVolume(context, app, { ...body, region });
  const asked = {
    name: body.name,
    region,
    host,
    sizeGb,
    encrypted: body.encrypted ?? true,
    snapshotRetentionDays: body.snapshot_retention ?? RETENTION_DAYS.fallback,
    hasAutoBackup: body.auto_backup_enabled ?? true,
  };
  return await volumes.create(app, asked, source);
}

/** What a new volume begins with: a snapshot, another volume, or nothing; of any app of the organization. */
function contentsOf(
  context: FlyContext,
  app: AppRecord,
  body: CreateBody,
): (VolumeContents & { readonly sizeGb: number; readonly region?: string }) | null {
  const { state, volumes, hosts } = context;
  const apps = [app, ...state.apps().filter((other) => other !== app && other.orgSlug === app.orgSlug)];
  if (body.snapshot_id) {
    const { snapshot_id: id } = body;
    const found = firstOf(apps, (each) => volumes.findSnapshot(each, id));
    if (found === null) throw notFound(`snapshot ${id} not found`);
    return { dir: found.dir, machine: null, sizeGb: found.snapshot.volumeSizeGb };
  }
  if (!body.source_volume_id) return null;
  const { source_volume_id: id } = body;
  const owner = apps.find((each) => volumes.of(each).some((volume) => volume.id === id)) ?? app;
  const source = volumes.find(owner, id);
  if (hosts.statusOfVolume(owner.name, source) !== 'ok')
    throw new FlyApiError(503, `unavailable: the host of volume ${source.id} is unreachable`);
  const machine = volumes.attachedTo(owner, source.id);
  return { dir: volumes.dataDir(source.id), machine, sizeGb: source.sizeGb, region: source.region };
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | null): R | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

/** Another host than those of the volumes of this name, where there is one; `require_unique_zone: true` insists. */
function placeVolume(
  context: FlyContext,
  app: AppRecord,
  asked: CreateBody & { readonly region: string },
): string {
  const { volumes, hosts, faults } = context;
  if (faults.isOutOfCapacity?.(asked.region, 'create') === true) throw conflict('aborted: no capacity');
  const isTwin = (volume: VolumeRecord): boolean =>
    asked.unique_zone_app_wide === true || volume.name === asked.name;
  const reachable = hosts.reachableIn(asked.region, app.name);
  const taken = volumes.of(app).map((volume) => volume.host);
  const twins = new Set(
    volumes
      .of(app)
      .filter(isTwin)
      .map((volume) => volume.host),
  );
  const free = reachable.filter((host) => !twins.has(host));
  const isPicky = asked.require_unique_zone === true || asked.unique_zone_app_wide === true;
  const host = leastLoaded(free.length > 0 || isPicky ? free : reachable, taken);
  if (host === null) throw conflict('aborted: no capacity');
  return host;
}

function requireHost({ hosts }: FlyContext, app: AppRecord, volume: VolumeRecord): void {
  if (hosts.statusOfVolume(app.name, volume) !== 'ok')
    throw new FlyApiError(503, `unavailable: the host of volume ${volume.id} is unreachable`);
}
