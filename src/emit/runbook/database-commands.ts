import type { ResolvedDatabase } from '../../config/resolved.ts';
import { unreachable } from '../../util/assert.ts';
import type { EmergencyTopic } from './emergency-commands.ts';

/** How to get at a database without Glidepath. Pure. */
export function databaseCommands(database: ResolvedDatabase): EmergencyTopic {
  const title = `The database ${database.name}`;
  switch (database.provider) {
    case 'fly-postgres':
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
