import type { ResolvedDatabase } from '../../../config/resolved.ts';
import { utcTime } from '../../../util/utc-time.ts';
import type { PlatformWork } from '../../app-platform.ts';
import type { RestoreResult, RestoreTarget } from '../../database-platform.ts';
import { METADATA } from '../../fly/machines/machine-config.ts';
import { createOnce } from '../../fly/machines/machine-create.ts';
import { isUnattached } from '../../fly/volumes/volumes.ts';
import type { Volume } from '../../fly/volumes/volumes-api.ts';
import type { Machine } from '../../fly/client/wire-types.ts';
import { clusterConfig, flyPartOf, VOLUME_NAME } from './cluster-config.ts';
import type { ClusterContext } from './cluster-context.ts';
import { findMachine, requireMachine, startMachine, stopMachine } from './cluster-machine.ts';
import { appNameOf } from './cluster-names.ts';
import { keptNote, RETIRED_KEY, setNote } from './cluster-notes.ts';
import { restoreSource } from './restore-source.ts';
import type { RestoreSource } from './restore-source.ts';
import { retentionDays, volumeOf } from './restore-points.ts';
import { runSql } from './run-sql.ts';

/*
 * A machine cannot be given another volume, so a restore replaces the machine:
 *
 *   volume from the snapshot ──► old machine put aside and stopped ──► new machine with the volume, same app and address
 *                                                                       │ lets in             │ does not
 *                                                                       ▼                     ▼
 *                                                    old machine destroyed,        new machine and volume destroyed,
 *                                                    its volume stays by name      old machine started again
 *
 * Every step looks at what is there, so that a process that is killed in between goes on where it was.
 */

/** As long as restore points are kept where nothing is written, and never shorter: it is all that is left of those data. */
const KEPT_MS_MIN = 7 * 86_400_000;

/** What a restore has decided and journaled before it changes anything. */
interface Plan {
  readonly at: number;
  readonly source: RestoreSource['from'];
  /** The machine and the volume of before. */
  readonly machine: string;
  readonly volume: string;
  readonly volumesBefore: readonly string[];
}

/** Brings the data back; the address and the logins stay. See the picture above. */
export async function restoreCluster(
  context: ClusterContext,
  database: ResolvedDatabase,
  options: { readonly target: RestoreTarget; readonly preserveAs: string },
  work: PlatformWork,
): Promise<RestoreResult> {
  const app = appNameOf(database);
  const plan = (await work.once('plan', async () =>
    planOf(context, database, options.target, work),
  )) as unknown as Plan;
  const volume = await restoredVolume(context, database, plan, work);
  const old = await oldMachine(context, app, plan, work);
  if (old !== null) {
    await setNote(context, { app, id: old.id }, RETIRED_KEY, work.idempotencyKey, work.signal);
    await stopMachine(context, { app, id: old.id }, work.signal);
  }
  const at = await work.once('kept-at', () => Promise.resolve(context.clock.now()));
  const expiresAt = at + Math.max(KEPT_MS_MIN, database.restorePoints?.forMs ?? 0);
  const kept = { name: options.preserveAs, volume: plan.volume, at, expiresAt };
  try {
    const fresh = await newMachine(context, database, { plan, volume, kept, old }, work);
    await startMachine(context, { app, id: fresh.id }, work.signal);
    await runSql(context, { app, id: fresh.id }, 'select 1;', { signal: work.signal });
  } catch (error) {
    work.signal.throwIfAborted();
    if (old !== null) await putBack(context, app, { old, volume }, work);
    throw error;
  }
  if (old !== null) await context.machines.destroy({ app, id: old.id }, { signal: work.signal });
  work.log(`${app} has the data of ${new Date(plan.at).toISOString()}`);
  work.log(
    `what was there stays in volume ${plan.volume} as ${options.preserveAs}, which is paid for: it goes with the first deployment after ${utcTime(expiresAt)}, or by glidepath db backup <environment> --name ${options.preserveAs} --delete`,
  );
  return { preservedAs: options.preserveAs, at: plan.at };
}

async function planOf(
  context: ClusterContext,
  database: ResolvedDatabase,
  target: RestoreTarget,
  work: PlatformWork,
): Promise<{ [key: string]: string | number | string[] | { [key: string]: string } }> {
  const app = appNameOf(database);
  const machine = await requireMachine(context, app, work.signal);
  const { at, from } = await restoreSource(context, database, machine, target);
  const volumes = (await context.volumes.list(app, work.signal)) ?? [];
  return {
    at,
    source: { ...from },
    machine: machine.id,
    volume: volumeOf(machine),
    volumesBefore: volumes.map(({ id }) => id),
  };
}

/** Made once: one that an unanswered try has made is there, and was not before. */
async function restoredVolume(
  context: ClusterContext,
  database: ResolvedDatabase,
  plan: Plan,
  work: PlatformWork,
): Promise<string> {
  const app = appNameOf(database);
  return work.once('volume', async () => {
    const there = (await context.volumes.list(app, work.signal)) ?? [];
    const isFresh = (volume: Volume): boolean =>
      !plan.volumesBefore.includes(volume.id) && isUnattached(volume) && volume.name === VOLUME_NAME;
    const left = there.find(isFresh);
    if (left !== undefined) return left.id;
    const old = there.find(({ id }) => id === plan.volume);
    const source = {
      name: VOLUME_NAME,
      region: old?.region ?? database.region ?? '',
      size_gb: Math.max(old?.size_gb ?? 0, flyPartOf(database).volumeGb),
      snapshot_retention: retentionDays(database),
      ...plan.source,
    };
    const made = await context.snapshots.createVolume(app, source, work.signal);
    work.log(`volume ${made.id} of ${app} is made with the data`);
    return made.id;
  });
}

/** Null when it is gone already: then the new one had proven itself. */
async function oldMachine(
  context: ClusterContext,
  app: string,
  plan: Plan,
  work: PlatformWork,
): Promise<Machine | null> {
  const all = (await context.machines.list(app, work.signal)) ?? [];
  return all.find((machine) => machine.id === plan.machine && machine.state !== 'destroyed') ?? null;
}

/** Takes the labels of the old one along: restore points and what earlier restores have kept. */
async function newMachine(
  context: ClusterContext,
  database: ResolvedDatabase,
  parts: {
    readonly plan: Plan;
    readonly volume: string;
    readonly kept: Parameters<typeof keptNote>[0];
    readonly old: Machine | null;
  },
  work: PlatformWork,
): Promise<Machine> {
  const app = appNameOf(database);
  const { old, volume, kept } = parts;
  if (old === null) return requireMachine(context, app, work.signal);
  const { [RETIRED_KEY]: _, ...labels } = old.config.metadata ?? {};
  const key = machineKey(work);
  const config = clusterConfig(database, volume, { ...labels, ...keptNote(kept), [METADATA.key]: key });
  const listed = (await context.machines.list(app, work.signal)) ?? [];
  const input = { region: old.region, config };
  return createOnce(context, { app, key, input, listed, signal: work.signal });
}

function machineKey({ idempotencyKey }: PlatformWork): string {
  return `${idempotencyKey}/restore`;
}

/** Also where the new machine could not even be made: Fly may have no room for one. */
async function putBack(
  context: ClusterContext,
  app: string,
  parts: { readonly old: Machine; readonly volume: string },
  work: PlatformWork,
): Promise<void> {
  const { old, volume } = parts;
  work.log(`${app} does not come up with the data that it was to get: what was there is put back`);
  const all = (await context.machines.list(app, work.signal)) ?? [];
  for (const { id, config, state } of all)
    if (config.metadata?.[METADATA.key] === machineKey(work) && state !== 'destroyed')
      await context.machines.destroy({ app, id }, { signal: work.signal });
  await setNote(context, { app, id: old.id }, RETIRED_KEY, null, work.signal);
  await startMachine(context, { app, id: old.id }, work.signal);
  await runSql(context, { app, id: old.id }, 'select 1;', { signal: work.signal });
  const left = await findMachine(context, app, work.signal);
  if (left?.id === old.id) await context.snapshots.destroyVolume({ app, id: volume }, work.signal);
}
