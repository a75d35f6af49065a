import { flyDatabase, FlyDatabaseRig } from '../support/fly-database-rig.ts';
import { describeDatabasePlatform } from './database-platform.suite.ts';
import type { PlatformUnderTest } from './database-platform.suite.ts';

async function open(managed: boolean): Promise<PlatformUnderTest> {
  const rig = await FlyDatabaseRig.start();
  return {
    platform: rig.platform(),
    database: (name) =>
      Promise.resolve(
        flyDatabase(`${name}-db`, { fly: { managed, plan: 'basic', volumeGb: 1, version: 17 } }),
      ),
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

describeDatabasePlatform(
  'an unmanaged cluster on Fly',
  { makes: true, restorePoints: true, moments: false, preserves: { isBranch: false }, branches: true },
  () => open(false),
);

describeDatabasePlatform(
  'Managed Postgres on Fly',
  { makes: true, restorePoints: false, moments: false, preserves: null, branches: true, schemaOnly: false },
  () => open(true),
);
