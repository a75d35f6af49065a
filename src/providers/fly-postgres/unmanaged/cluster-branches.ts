import type { ResolvedDatabase } from '../../../config/resolved.ts';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { PlatformWork } from '../../app-platform.ts';
import type { DatabaseBranch } from '../../database-platform.ts';
import { METADATA } from '../../fly/machines/machine-config.ts';
import { createOnce } from '../../fly/machines/machine-create.ts';
import { isUnattached } from '../../fly/volumes/volumes.ts';
import type { Machine } from '../../fly/client/wire-types.ts';
import { refuseDatabase } from '../refuse-database.ts';
import { branchMachines, branchOf, createdAt, deleteApp } from './branch-machines.ts';
import { ensureLogin } from './cluster-address.ts';
import { clusterConfig, VOLUME_NAME } from './cluster-config.ts';
import type { ClusterContext } from './cluster-context.ts';
import { findMachine, requireMachine } from './cluster-machine.ts';
import { appNameOf, branchAppName, sqlNameOf } from './cluster-names.ts';
import { BRANCH_KEYS } from './cluster-notes.ts';
import { EMPTY_TABLES_SQL } from './cluster-sql.ts';
import { prepareApp } from './ensure-cluster.ts';
import { volumeOf } from './restore-points.ts';
import { removeExpiredBranches } from './remove-expired.ts';
import { restoreSource } from './restore-source.ts';
import type { RestoreSource } from './restore-source.ts';
import { runSql } from './run-sql.ts';

/** How a branch is asked for. */
export interface BranchOptions {
  readonly name: string;
  readonly at?: number;
  readonly schemaOnly?: boolean;
  readonly expiresAt: number | null;
}

/** A branch is thrown away soon: it is not backed up more than Fly does at least. */
const RETENTION_DAYS = 1;

/** Its own, and those beside it: each is an app of its own, with a machine that says whose branch it is. */
export async function listBranches(
  context: Pick<ClusterContext, 'client' | 'machines'>,
  database: ResolvedDatabase,
): Promise<readonly DatabaseBranch[]> {
  const app = appNameOf(database);
  const own = await findMachine(context, app);
  if (own === null) return [];
  const branches = await branchMachines(context.client, database);
  return [
    { name: app, parent: null, createdAt: createdAt(own), expiresAt: null },
    ...branches.map((machine) => branchOf(app, machine)),
  ];
}

/**
 * A fork: an app of its own with a copy of the volume as it is now, or as a restore point has it. It sleeps when nobody
 * is connected. The same name again is the same branch. Takes away those whose time is up.
 */
export async function createBranch(
  context: ClusterContext,
  database: ResolvedDatabase,
  options: BranchOptions,
  work: PlatformWork,
): Promise<DatabaseBranch> {
  const parent = appNameOf(database);
  await removeExpiredBranches(context, database, options.name, work);
  const own = await requireMachine(context, parent, work.signal);
  const app = branchAppName(database, options.name);
  const there = await findMachine(context, app, work.signal);
  if (there !== null) requireOwn(database, app, there);
  const machine = there ?? (await makeBranch(context, database, { own, options, app }, work));
  const ref = { app, id: machine.id };
  await ensureLogin(context, ref, sqlNameOf(database), work.signal);
  if (options.schemaOnly === true && there === null)
    await runSql(context, ref, EMPTY_TABLES_SQL, { database: sqlNameOf(database), signal: work.signal });
  return branchOf(parent, { ...machine, app_name: app });
}

/** One that is gone is no error. Refuses the database itself, and an app that is no branch of it. */
export async function deleteBranch(
  context: ClusterContext,
  database: ResolvedDatabase,
  name: string,
  work: PlatformWork,
): Promise<void> {
  if (name === appNameOf(database)) throw refuseDatabase(database, name);
  const app = branchAppName(database, name);
  const machine = await findMachine(context, app, work.signal);
  // Without a machine it is what an unfinished try has left, if anything.
  if (machine !== null) requireOwn(database, app, machine);
  await deleteApp(context.client, app, work.signal);
  work.log(`branch ${name} of ${appNameOf(database)} (${app}) removed`);
}

/** The app of a branch. Throws DATABASE_UNKNOWN_BRANCH. */
export async function branchApp(
  context: Pick<ClusterContext, 'machines'>,
  database: ResolvedDatabase,
  name: string,
  signal?: AbortSignal,
): Promise<string> {
  const app = branchAppName(database, name);
  const machine = await findMachine(context, app, signal);
  if (machine !== null && machine.config.metadata?.[BRANCH_KEYS.of] === appNameOf(database)) return app;
  throw new ToolError(
    'DATABASE_UNKNOWN_BRANCH',
    `The cluster ${appNameOf(database)} has no branch ${name}.`,
    {
      hint: 'See those there are: glidepath db branch <environment>',
    },
  );
}

async function makeBranch(
  context: ClusterContext,
  database: ResolvedDatabase,
  branch: { readonly own: Machine; readonly options: BranchOptions; readonly app: string },
  work: PlatformWork,
): Promise<Machine> {
  const { own, options, app } = branch;
  const source = await sourceOf(context, database, own, options);
  await prepareApp(context, database, work, app);
  const volume = await work.once(`volume/${app}`, async () => {
    const all = (await context.volumes.list(app, work.signal)) ?? [];
    const left = all.find((one) => isUnattached(one) && one.name === VOLUME_NAME);
    if (left !== undefined) return left.id;
    const parents = (await context.volumes.list(appNameOf(database), work.signal)) ?? [];
    const size = parents.find(({ id }) => id === volumeOf(own))?.size_gb ?? 1;
    const wanted = {
      name: VOLUME_NAME,
      region: own.region,
      size_gb: size,
      snapshot_retention: RETENTION_DAYS,
    };
    return (await context.snapshots.createVolume(app, { ...wanted, ...source.from }, work.signal)).id;
  });
  const key = `branch/${app}`;
  const config = clusterConfig({ ...database, sleep: 'when-idle' }, volume, {
    [METADATA.key]: key,
    [BRANCH_KEYS.of]: appNameOf(database),
    [BRANCH_KEYS.name]: options.name,
    [BRANCH_KEYS.expiresAt]: options.expiresAt === null ? 'never' : String(options.expiresAt),
  });
  const listed = (await context.machines.list(app, work.signal)) ?? [];
  const made = await createOnce(context, {
    app,
    key,
    input: { region: own.region, config },
    listed,
    signal: work.signal,
  });
  work.log(`branch ${options.name} of ${appNameOf(database)}: ${app}, a copy of its volume`);
  return made;
}

async function sourceOf(
  context: ClusterContext,
  database: ResolvedDatabase,
  own: Machine,
  { at }: BranchOptions,
): Promise<Pick<RestoreSource, 'from'>> {
  if (at === undefined) return { from: { source_volume_id: volumeOf(own) } };
  return restoreSource(context, database, own, { kind: 'time', at });
}

function requireOwn(database: ResolvedDatabase, app: string, machine: Machine): void {
  if (machine.config.metadata?.[BRANCH_KEYS.of] === appNameOf(database)) return;
  throw new ToolError('PROVIDER_CONFLICT', `The app ${app} on Fly is no branch of ${appNameOf(database)}.`, {
    hint: 'Give the branch another name.',
  });
}
