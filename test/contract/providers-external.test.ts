import { createExternalPostgres } from '../../src/providers/external-postgres/external-postgres.ts';
import { postgresRig } from '../support/postgres-rig.ts';
import { testDatabase } from '../support/test-database.ts';
import { describeDatabasePlatform } from './database-platform.suite.ts';

const NOTHING = { makes: false, restorePoints: false, moments: false, preserves: null, branches: false };

describeDatabasePlatform('A database that somebody else runs', NOTHING, async () => {
  const rig = await postgresRig();
  const secrets = new Map<string, string>();
  return {
    platform: createExternalPostgres({ secret: (name) => secrets.get(name) }),
    async database(name) {
      const secret = `${name.toUpperCase().replaceAll('-', '_')}_URL`;
      secrets.set(secret, await rig.database());
      return testDatabase({ name, secret });
    },
    [Symbol.asyncDispose]: async () => rig[Symbol.asyncDispose](),
  };
});
