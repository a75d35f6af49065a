import type { ResolvedDatabase } from '../../../config/resolved.ts';
import type { PlatformWork } from '../../app-platform.ts';
import { branchMachines, deleteApp } from './branch-machines.ts';
import type { ClusterContext } from './cluster-context.ts';
import { findMachine } from './cluster-machine.ts';
import { appNameOf, sqlNameOf } from './cluster-names.ts';
import { dropLoginSql } from './cluster-sql.ts';
import { runSql } from './run-sql.ts';

/** Removes the cluster, its volumes, its snapshots and its branches. One that is gone is no error. */
export async function destroyCluster(
  context: ClusterContext,
  database: ResolvedDatabase,
  work: PlatformWork,
): Promise<void> {
  const app = appNameOf(database);
  const volumes = await context.volumes.list(app, work.signal);
  if (volumes === null) return;
  const branches = await branchMachines(context.client, database);
  for (const branch of new Set(branches.map(({ app_name: name }) => name))) {
    await deleteApp(context.client, branch, work.signal);
    work.log(`branch ${branch} of ${app} goes with it`);
  }
  for (const { id, size_gb: size, region } of volumes)
    work.log(`volume ${id} (${size} GB in ${region}) goes with ${app}`);
  await deleteApp(context.client, app, work.signal);
  work.log(`database ${database.name} (${app}) destroyed`);
}

/** The login of the apps can come in no more, and its connections end; its data stay. A cluster that is gone is no error. */
export async function detachApps(
  context: ClusterContext,
  database: ResolvedDatabase,
  appPlatformName: string,
  work: PlatformWork,
): Promise<void> {
  const app = appNameOf(database);
  const machine = await findMachine(context, app, work.signal);
  if (machine === null) return;
  const name = sqlNameOf(database);
  await runSql(context, { app, id: machine.id }, dropLoginSql(name), { signal: work.signal });
  work.log(`${appPlatformName} is detached from ${app}: the login ${name} has no password any more`);
}
