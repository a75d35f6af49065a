import type { ResolvedDatabase } from '../../config/resolved.ts';
import { unreachable } from '../../util/assert.ts';
import type { EmergencyTopic } from './emergency-commands.ts';

/** How to get at a database without Glidepath. Pure. */
export function databaseCommands(database: ResolvedDatabase): EmergencyTopic {
  const title = `The database ${database.name}`;
  switch (database.provider) {
    case 'fly-postgres':
      return database.fly?.managed === true ? managedTopic(database, title) : clusterTopic(database, title);
    case 'neon':
      return {
        id: `database-${database.name}`,
        title,
        note: `The branch ${database.platformName ?? '<branch>'} of the project ${database.project ?? '<project>'} on Neon; its console has the address.`,
        commands: ['psql <address>'],
      };
    case 'external':
      return {
        id: `database-${database.name}`,
        title,
        note: `Glidepath knows of it only the secret ${database.secret}.`,
        commands: [`psql "$${database.secret}"`],
      };
    default:
      return unreachable(database.provider);
  }
}

function managedTopic(database: ResolvedDatabase, title: string): EmergencyTopic {
  return {
    id: `database-${database.name}`,
    title,
    note: `A cluster of Fly’s Managed Postgres, ${database.platformName ?? '<name>'}. The list has its id.`,
    commands: [
      `fly mpg list --org ${database.org ?? '<organization>'}`,
      'fly mpg status <cluster>',
      'fly mpg connect <cluster>',
      'fly mpg backup list <cluster>',
    ],
  };
}

/** An app as any other, as far as flyctl is concerned: it is not one that `fly postgres` made. */
function clusterTopic(database: ResolvedDatabase, title: string): EmergencyTopic {
  const app = database.platformName ?? '<app>';
  return {
    id: `database-${database.name}`,
    title,
    note: `The app ${app} on Fly: one machine with the image postgres:${database.fly?.version ?? '<version>'}, and its volume. The list has the ids of machine and volume; a snapshot is gone back to with a volume that is made of it.`,
    commands: [
      `fly machine list --app ${app}`,
      `fly machine start <machine> --app ${app}`,
      `fly ssh console --app ${app} -C "psql -U postgres"`,
      `fly logs --app ${app}`,
      `fly volumes list --app ${app}`,
      `fly volumes snapshots list <volume>`,
      `fly volumes create pg_data --snapshot-id <snapshot> --region ${database.region ?? '<region>'} --app ${app}`,
    ],
  };
}
