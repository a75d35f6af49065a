import type { ResolvedDatabase } from '../../../config/resolved.ts';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { PlatformWork } from '../../app-platform.ts';
import type { RestorePoint, RestorePointRemoval } from '../../database-platform.ts';
import { isAsleep } from '../../fly/machines/machine-state.ts';
import type { MachineRef } from '../../fly/client/machines-api.ts';
import type { VolumeRef } from '../../fly/volumes/volumes-api.ts';
import { volumeIdOf } from '../../fly/volumes/volumes.ts';
import type { Machine } from '../../fly/client/wire-types.ts';
import type { ClusterContext } from './cluster-context.ts';
import { findMachine, requireMachine } from './cluster-machine.ts';
import { appNameOf } from './cluster-names.ts';
import { forgetKept, forgetPoint, keptVolumes, notedPoints, notePoint } from './cluster-notes.ts';
import type { KeptVolume, NotedPoint } from './cluster-notes.ts';
import { runSql } from './run-sql.ts';
import type { Snapshot } from './snapshots-api.ts';

const DAY_MS = 86_400_000;
/** What Fly takes (OpenAPI, `snapshot_retention`). */
const RETENTION_DAYS = { min: 1, fallback: 5, max: 60 } as const;
/** A snapshot is taken within seconds; of a large volume it may take some minutes. */
const SNAPSHOT_WITHIN_MS = 600_000;
const SNAPSHOT_POLL_MS = 250;

/** For how many days Fly keeps each snapshot of a cluster's volume: as long as a restore point is to be kept. */
export function retentionDays(database: ResolvedDatabase): number {
  const forMs = database.restorePoints?.forMs;
  if (forMs === undefined) return RETENTION_DAYS.fallback;
  return Math.min(RETENTION_DAYS.max, Math.max(RETENTION_DAYS.min, Math.ceil(forMs / DAY_MS)));
}

/**
 * Those that Glidepath has named and what restores have kept, as far as they are still there, and Fly's own daily snapshots
 * by their ids. Newest first.
 */
export async function listRestorePoints(
  context: Pick<ClusterContext, 'machines' | 'snapshots' | 'volumes' | 'clock'>,
  database: ResolvedDatabase,
): Promise<readonly RestorePoint[]> {
  const app = appNameOf(database);
  const machine = await findMachine(context, app);
  if (machine === null) return [];
  const now = context.clock.now();
  const noted = notedPoints(machine);
  const named = new Set(noted.map(({ snapshot }) => snapshot));
  const own = volumeIdOf(machine.config);
  const volumes = new Set(((await context.volumes.list(app)) ?? []).map(({ id }) => id));
  // Snapshots are listed by volume, and a restore gives the machine another one. Those of a volume that is gone cannot be listed.
  const seen = new Map<string, readonly Snapshot[]>();
  for (const id of new Set([own ?? '', ...noted.map(({ volume }) => volume)]))
    if (volumes.has(id)) seen.set(id, await context.snapshots.list({ app, id }));
  const isThere = ({ volume, snapshot }: NotedPoint): boolean =>
    seen.get(volume)?.some(({ id }) => id === snapshot) ?? true;
  return [
    ...noted.filter((one) => isLive(one, now) && isThere(one)).map(shown),
    ...(seen.get(own ?? '') ?? []).filter((one) => !named.has(one.id)).map(dailyPoint),
    ...keptVolumes(machine)
      .filter(({ volume }) => volumes.has(volume))
      .map(({ name, at, expiresAt = null }) => ({ name, at, expiresAt, isOurs: true })),
  ].toSorted((a, b) => b.at - a.at);
}

/**
 * Keeps the present state: everything committed is in it. A checkpoint goes before, so that little of the log has to be
 * replayed; one that sleeps has written everything down. Journals which snapshots there were before, because the API does
 * not say which one it has made.
 */
export async function createRestorePoint(
  context: ClusterContext,
  database: ResolvedDatabase,
  options: { readonly name: string; readonly expiresAt: number | null },
  work: PlatformWork,
): Promise<RestorePoint> {
  const app = appNameOf(database);
  const machine = await requireMachine(context, app, work.signal);
  const ref = { app, id: machine.id };
  const known = livePoint(machine, options.name, context.clock.now());
  if (known !== undefined) return shown(known);
  await forgetExpired(context, ref, machine, work);
  const volume = { app, id: volumeOf(machine) };
  const before = await work.once(`snapshots/${options.name}`, async () => {
    const there = await context.snapshots.list(volume, work.signal);
    return there.map(({ id }) => id);
  });
  if ((await freshSnapshot(context, volume, before, work.signal)) === null) {
    if (!isAsleep(machine)) await runSql(context, ref, 'checkpoint;', { signal: work.signal });
    await context.snapshots.create(volume, work.signal);
  }
  const snapshot = await finishedSnapshot(context, volume, before, work.signal);
  const point = notedFrom(database, options, volume, snapshot);
  await notePoint(context, ref, point, work.signal);
  work.log(`restore point ${point.name} of ${app}: snapshot ${snapshot.id}`);
  return shown(point);
}

/**
 * Of a snapshot only the name goes: Fly has no way to remove one before its time is up. Of what a restore kept, the volume.
 */
export async function deleteRestorePoint(
  context: ClusterContext,
  database: ResolvedDatabase,
  name: string,
  work: PlatformWork,
): Promise<RestorePointRemoval> {
  const app = appNameOf(database);
  const machine = await findMachine(context, app, work.signal);
  if (machine === null) return { isGone: true };
  const kept = keptVolumes(machine).find((one) => one.name === name);
  if (kept !== undefined) return deleteKept(context, { app, id: machine.id }, kept, work);
  const point = livePoint(machine, name, context.clock.now());
  if (point === undefined) return { isGone: true };
  await notePoint(context, { app, id: machine.id }, { ...point, isDeleted: true }, work.signal);
  work.log(
    `restore point ${name} of ${app} removed; Fly takes its snapshot ${point.snapshot} away by itself`,
  );
  return { isGone: true };
}

async function deleteKept(
  context: ClusterContext,
  ref: MachineRef,
  { name, volume: id }: KeptVolume,
  work: PlatformWork,
): Promise<RestorePointRemoval> {
  const { app } = ref;
  const volumes = (await context.volumes.list(app, work.signal)) ?? [];
  const user = volumes.find((volume) => volume.id === id)?.attached_machine_id ?? '';
  if (user !== '') return { isGone: false, because: `machine ${user} uses volume ${id}` };
  await context.snapshots.destroyVolume({ app, id }, work.signal);
  await forgetKept(context, ref, name, work.signal);
  work.log(`volume ${id} of ${app}, kept as ${name}, is destroyed`);
  return { isGone: true };
}

/** One that is there, by its name. */
export function livePoint(machine: Machine, name: string, now: number): NotedPoint | undefined {
  return notedPoints(machine).find((one) => one.name === name && isLive(one, now));
}

function isLive({ isDeleted, expiresAt }: NotedPoint, now: number): boolean {
  return isDeleted !== true && (expiresAt === null || expiresAt > now);
}

/** What Fly has taken away meanwhile needs no note. */
async function forgetExpired(
  context: ClusterContext,
  ref: MachineRef,
  machine: Machine,
  work: PlatformWork,
): Promise<void> {
  const now = context.clock.now();
  const gone = notedPoints(machine).filter(({ at }) => at + RETENTION_DAYS.max * DAY_MS < now);
  for (const { name } of gone) await forgetPoint(context, ref, name, work.signal);
}

/** The volume of a cluster's machine. */
export function volumeOf(machine: Machine): string {
  const id = volumeIdOf(machine.config);
  if (id !== null) return id;
  throw new ToolError(
    'PROVIDER_REJECTED',
    `The machine ${machine.id} has no volume, and so no data to keep.`,
  );
}

function notedFrom(
  database: ResolvedDatabase,
  { name, expiresAt }: { readonly name: string; readonly expiresAt: number | null },
  volume: VolumeRef,
  snapshot: Snapshot,
): NotedPoint {
  const at = Date.parse(snapshot.created_at);
  const days = snapshot.retention_days ?? retentionDays(database);
  // Fly removes it then, whatever was asked for.
  const end = at + days * DAY_MS;
  return {
    name,
    snapshot: snapshot.id,
    volume: volume.id,
    at,
    expiresAt: expiresAt === null ? end : Math.min(end, expiresAt),
  };
}

function shown({ name, at, expiresAt }: NotedPoint): RestorePoint {
  return { name, at, expiresAt, isOurs: true };
}

function dailyPoint(snapshot: Snapshot): RestorePoint {
  const at = Date.parse(snapshot.created_at);
  const days = snapshot.retention_days;
  return { name: snapshot.id, at, expiresAt: days === undefined ? null : at + days * DAY_MS, isOurs: false };
}

/** The oldest that was not there before; another one than ours (Fly's daily) is as good, for it is as young. */
async function freshSnapshot(
  context: ClusterContext,
  volume: VolumeRef,
  before: readonly string[],
  signal: AbortSignal,
): Promise<Snapshot | null> {
  const there = await context.snapshots.list(volume, signal);
  return there.findLast(({ id }) => !before.includes(id)) ?? null;
}

async function finishedSnapshot(
  context: ClusterContext,
  volume: VolumeRef,
  before: readonly string[],
  signal: AbortSignal,
): Promise<Snapshot> {
  const deadline = context.clock.now() + SNAPSHOT_WITHIN_MS;
  for (;;) {
    const snapshot = await freshSnapshot(context, volume, before, signal);
    if (snapshot !== null && (snapshot.status ?? 'created') === 'created') return snapshot;
    if (snapshot?.status === 'failed' || context.clock.now() >= deadline)
      throw new ToolError('PROVIDER_REJECTED', `Fly has not taken a snapshot of volume ${volume.id}.`, {
        hint: `See those there are: fly volumes snapshots list ${volume.id}`,
        retry: 'safe',
      });
    await context.clock.sleep(SNAPSHOT_POLL_MS, signal);
  }
}
