import type { ResolvedDatabase } from '../../../config/resolved.ts';
import type { PlatformWork } from '../../app-platform.ts';
import { isUnattached } from '../../fly/volumes/volumes.ts';
import { branchMachines, branchOf, deleteApp } from './branch-machines.ts';
import type { ClusterContext } from './cluster-context.ts';
import { findMachine } from './cluster-machine.ts';
import { appNameOf } from './cluster-names.ts';
import { forgetKept, keptVolumes } from './cluster-notes.ts';

/*
 * Fly removes nothing by itself but snapshots. What was made for a time goes with the next deployment, restore or branch.
 */

/** Removes the branches of a database whose time is up, but for the one called `except`. */
export async function removeExpiredBranches(
  context: ClusterContext,
  database: ResolvedDatabase,
  except: string | null,
  work: PlatformWork,
): Promise<void> {
  for (const machine of await branchMachines(context.client, database)) {
    const { expiresAt, name } = branchOf(appNameOf(database), machine);
    if (expiresAt === null || expiresAt > context.clock.now() || name === except) continue;
    await deleteApp(context.client, machine.app_name, work.signal);
    work.log(`branch ${name} of ${appNameOf(database)} (${machine.app_name}) removed: its time was up`);
  }
}

/** Removes the volumes that restores replaced and whose time is up. Never one that a machine has. */
export async function removeExpiredKept(
  context: ClusterContext,
  database: ResolvedDatabase,
  work: PlatformWork,
): Promise<void> {
  const app = appNameOf(database);
  const machine = await findMachine(context, app, work.signal);
  if (machine === null) return;
  const old = keptVolumes(machine).filter(({ expiresAt }) => (expiresAt ?? Infinity) <= context.clock.now());
  if (old.length === 0) return;
  const volumes = (await context.volumes.list(app, work.signal)) ?? [];
  for (const { name, volume: id } of old) {
    const volume = volumes.find((one) => one.id === id);
    if (volume !== undefined && !isUnattached(volume)) continue;
    if (volume !== undefined) await context.snapshots.destroyVolume({ app, id }, work.signal);
    await forgetKept(context, { app, id: machine.id }, name, work.signal);
    if (volume === undefined) continue;
    work.log(`volume ${id} of ${app}, kept as ${name}, removed: its time was up`);
  }
}
