import { join } from 'node:path';
import type { Clock } from '../../util/clock.ts';
import { createManagedPostgres } from '../managed-postgres/managed-postgres.ts';
import { createNeon } from '../neon/neon-service.ts';
import type { Organizations } from '../organizations/organizations.ts';
import type { CloudServices } from './cloud-services.ts';

/** What speaks of databases as platforms do. */
export async function openDatabases(on: {
  readonly options: {
    readonly clock: Clock;
    readonly databaseIdleMs?: number;
    readonly rateLimits?: boolean;
  };
  readonly stateDir: string;
  readonly postgres: CloudServices['postgres'];
  readonly fly: CloudServices['fly'];
  readonly organizations: Organizations;
  /** How to let go of what was opened. */
  readonly undo: (() => Promise<void> | void)[];
}): Promise<Pick<CloudServices, 'managedPostgres' | 'neon'>> {
  const { options, stateDir, postgres, fly, organizations, undo } = on;
  const { clock, databaseIdleMs } = options;
  const managedPostgres = createManagedPostgres({
    stateDir: join(stateDir, 'managed-postgres'),
    postgres,
    clock,
    appExists: (name) => fly.hasApp(name),
  });
  undo.push(() => managedPostgres.close());
  const neon = await createNeon({
    stateDir: join(stateDir, 'neon'),
    postgres,
    clock,
    organizations,
    ...(databaseIdleMs === undefined ? {} : { defaultIdleMs: databaseIdleMs }),
    ...(options.rateLimits === undefined ? {} : { rateLimits: options.rateLimits }),
  });
  undo.push(() => neon.close());
  return { managedPostgres, neon };
}
