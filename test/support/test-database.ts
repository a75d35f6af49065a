import type { ResolvedDatabase, ResolvedNeon } from '../../src/config/resolved.ts';

/** A database that somebody else runs, or whatever is said besides. */
export function testDatabase(more: Partial<ResolvedDatabase> = {}): ResolvedDatabase {
  return {
    name: 'main',
    provider: 'external',
    secret: 'DATABASE_URL',
    platformName: null,
    project: null,
    org: null,
    token: null,
    region: null,
    memoryMb: null,
    sleep: 'never',
    ephemeral: false,
    migrate: null,
    seed: null,
    restorePoints: null,
    fly: null,
    neon: null,
    directSecret: null,
    ...more,
  };
}

/** A branch on Neon, named after its environment. */
export function testNeonDatabase(
  more: Partial<ResolvedDatabase> = {},
  neon: Partial<ResolvedNeon> = {},
): ResolvedDatabase {
  return testDatabase({
    provider: 'neon',
    platformName: 'staging',
    project: 'shop',
    token: 'NEON_API_KEY',
    sleep: 'when-idle',
    neon: {
      org: null,
      parent: null,
      schemaOnly: false,
      role: null,
      databaseName: null,
      pooled: true,
      suspendAfterMs: null,
      size: null,
      ...neon,
    },
    ...more,
  });
}
