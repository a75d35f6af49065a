import type { ResolvedDatabase } from '../../src/config/resolved.ts';

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
