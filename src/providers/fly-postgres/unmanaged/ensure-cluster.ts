import { randomBytes } from 'node:crypto';
import type { ResolvedDatabase } from '../../../config/resolved.ts';
import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { PlatformWork } from '../../app-platform.ts';
import { ensureAddresses, ensureAppExists } from '../../fly/fly-apps.ts';
import { METADATA, metadataOf } from '../../fly/machines/machine-config.ts';
import { createOnce } from '../../fly/machines/machine-create.ts';
import { secretNames, setAppSecrets } from '../../fly/secrets/secrets.ts';
import { isUnattached, volumeIdOf } from '../../fly/volumes/volumes.ts';
import type { Volume } from '../../fly/volumes/volumes-api.ts';
import type { Machine } from '../../fly/client/wire-types.ts';
import { ensureLogin } from './cluster-address.ts';
import { clusterConfig, flyPartOf, PASSWORD_SECRET, VOLUME_NAME } from './cluster-config.ts';
import type { ClusterContext } from './cluster-context.ts';
import { findMachine } from './cluster-machine.ts';
import { appNameOf, orgOf, sqlNameOf } from './cluster-names.ts';
import { clusterMistake } from './cluster-mistake.ts';
import { privateHost } from './private-host.ts';
import { retentionDays } from './restore-points.ts';

const REGION_DEFAULT = 'iad';
const PASSWORD_BYTES = 32;

/**
 * Makes the cluster where it is missing, part by part, each looked for first: the app with its private address, the
 * superuser's password, the volume, the machine, the login of the apps and its database. Brings size and sleep of one
 * that is there to what is written; that restarts it. Throws PROVIDER_CONFLICT for what cannot be changed.
 */
export async function ensureCluster(
  context: ClusterContext,
  database: ResolvedDatabase,
  work: PlatformWork,
): Promise<{ readonly created: boolean }> {
  const app = appNameOf(database);
  const found = await findMachine(context, app, work.signal);
  const volumes = found === null ? [] : ((await context.volumes.list(app, work.signal)) ?? []);
  const mistake = found === null ? null : clusterMistake(database, found, volumes);
  if (mistake !== null) throw new ToolError('PROVIDER_CONFLICT', mistake.message, { hint: mistake.hint });
  if (found === null) await prepareApp(context, database, work);
  const machine =
    found === null
      ? await createCluster(context, database, work)
      : await adjustCluster(context, database, found, volumes, work);
  await ensureLogin(context, { app, id: machine.id }, sqlNameOf(database), work.signal);
  if (found === null) sayWhatItIs(database, machine, work);
  return { created: found === null };
}

/** The machine's app: it has no public address, and a private one on the proxy. */
export async function prepareApp(
  context: ClusterContext,
  database: ResolvedDatabase,
  work: PlatformWork,
  app: string = appNameOf(database),
): Promise<void> {
  const owner = { org: orgOf(database), token: database.token ?? 'FLY_API_TOKEN' };
  await ensureAppExists(context.client, owner, app, work);
  await ensureAddresses(context.client, app, ['private_v6'], work);
  const names = (await secretNames(context.client, app)) ?? [];
  if (names.includes(PASSWORD_SECRET)) return;
  const password = randomBytes(PASSWORD_BYTES).toString('hex');
  await setAppSecrets({ client: context.client, memory: null }, app, { [PASSWORD_SECRET]: password }, work);
}

async function createCluster(
  context: ClusterContext,
  database: ResolvedDatabase,
  work: PlatformWork,
): Promise<Machine> {
  const app = appNameOf(database);
  const volume = await work.once(`volume/${app}`, async () => newVolume(context, database, work));
  const key = `database/${app}`;
  const input = {
    region: database.region ?? REGION_DEFAULT,
    config: clusterConfig(database, volume, { [METADATA.key]: key }),
  };
  const listed = (await context.machines.list(app, work.signal)) ?? [];
  return createOnce(context, { app, key, input, listed, signal: work.signal });
}

/** An unattached one in an app without a machine is what an earlier try has made, or what somebody has left: its data are taken up. */
async function newVolume(
  context: ClusterContext,
  database: ResolvedDatabase,
  work: PlatformWork,
): Promise<string> {
  const app = appNameOf(database);
  const there = ((await context.volumes.list(app, work.signal)) ?? []).find(
    (volume) => volume.name === VOLUME_NAME && isUnattached(volume),
  );
  if (there !== undefined) {
    work.log(`volume ${there.id} (${there.size_gb} GB in ${there.region}) of ${app} is taken up again`);
    return there.id;
  }
  const input = {
    name: VOLUME_NAME,
    region: database.region ?? REGION_DEFAULT,
    size_gb: flyPartOf(database).volumeGb,
    snapshot_retention: retentionDays(database),
  };
  const made = await context.volumes.create(app, input, work.signal);
  return made.id;
}

async function adjustCluster(
  context: ClusterContext,
  database: ResolvedDatabase,
  machine: Machine,
  volumes: readonly Volume[],
  work: PlatformWork,
): Promise<Machine> {
  const app = appNameOf(database);
  const id = volumeIdOf(machine.config) ?? '';
  const volume = volumes.find((candidate) => candidate.id === id);
  if (volume !== undefined) await adjustVolume(context, database, volume, work);
  const labels = Object.fromEntries(
    Object.entries(machine.config.metadata ?? {}).filter(([name]) => name !== METADATA.config),
  );
  const config = clusterConfig(database, id, labels);
  if (metadataOf(machine.config, 'config') === metadataOf(config, 'config')) return machine;
  const ref = { app, id: machine.id };
  const input = {
    config,
    current_version: machine.instance_id,
    // One that sleeps takes the new size up when it is woken.
    skip_launch: machine.state !== 'started',
  };
  work.log(`database ${database.name} (${app}): its machine gets the size and the sleep that are written`);
  return context.machines.update(ref, input, { signal: work.signal });
}

async function adjustVolume(
  context: ClusterContext,
  database: ResolvedDatabase,
  volume: Volume,
  work: PlatformWork,
): Promise<void> {
  const app = appNameOf(database);
  const ref = { app, id: volume.id };
  const { volumeGb } = flyPartOf(database);
  if (volume.size_gb < volumeGb) {
    await context.volumes.extend(ref, volumeGb, work.signal);
    work.log(`volume ${volume.id} of ${app}: extended from ${volume.size_gb} GB to ${volumeGb} GB`);
  }
  const days = retentionDays(database);
  if (volume.snapshot_retention !== days) await context.volumes.setRetention(ref, days, work.signal);
}

function sayWhatItIs(database: ResolvedDatabase, machine: Machine, work: PlatformWork): void {
  const app = appNameOf(database);
  const { host, reason } = privateHost(app, database.sleep);
  work.log(`database ${database.name} (${app}) created in ${machine.region}: one machine with a volume`);
  work.log(`apps reach it at ${host}, ${reason}`);
}
