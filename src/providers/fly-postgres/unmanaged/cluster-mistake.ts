import type { ResolvedDatabase } from '../../../config/resolved.ts';
import { volumeIdOf } from '../../fly/volumes/volumes.ts';
import type { Volume } from '../../fly/volumes/volumes-api.ts';
import type { Machine } from '../../fly/client/wire-types.ts';
import { flyPartOf, versionIn } from './cluster-config.ts';
import { appNameOf } from './cluster-names.ts';

/** Why a cluster cannot be as written. */
export interface ClusterMistake {
  readonly message: string;
  readonly hint: string;
  /** The setting of the database that says otherwise. */
  readonly setting: 'version' | 'volume' | 'region';
}

/** What of a cluster that is there cannot be as the config says, or null. Pure. */
export function clusterMistake(
  database: ResolvedDatabase,
  machine: Machine,
  volumes: readonly Volume[],
): ClusterMistake | null {
  const app = appNameOf(database);
  const { version, volumeGb } = flyPartOf(database);
  const running = versionIn(machine.config.image);
  if (running === null)
    return {
      message: `The app ${app} on Fly runs ${machine.config.image}, which is no cluster that Glidepath made.`,
      hint: `Give the database another name: flyPostgres({ platformName: '…' }), or use its URL: external({ secret: '${database.secret}' })`,
      setting: 'version',
    };
  if (running !== version)
    return {
      message: `The cluster ${app} has Postgres ${running} and the config says ${version}: its files are not those of another major version.`,
      hint: `Write version: ${running}, or move the data with pg_dump into a cluster of another platformName.`,
      setting: 'version',
    };
  const volume = volumes.find(({ id }) => id === volumeIdOf(machine.config));
  if (volume !== undefined && volume.size_gb > volumeGb)
    return {
      message: `The volume of ${app} has ${volume.size_gb} GB and the config says ${volumeGb} GB: Fly cannot make a volume smaller.`,
      hint: `Write the size that it has: volume: '${volume.size_gb}gb'`,
      setting: 'volume',
    };
  if (database.region !== null && machine.region !== database.region)
    return {
      message: `The cluster ${app} is in ${machine.region} and the config says ${database.region}: a volume cannot leave its region.`,
      hint: `Write region: '${machine.region}', or move the data with pg_dump into a cluster of another platformName.`,
      setting: 'region',
    };
  return null;
}
