import type { FlyDeviation } from './fly-deviations.ts';

/**
 * Where the local Neon, or a client of Neon's, differs from the published document on purpose, each with its reason. Each
 * must occur in the whole run of the contract tests, so that none outlives its reason.
 */
export const NEON_DEVIATIONS: readonly FlyDeviation[] = [
  {
    is: /^PATCH .*snapshot_id\} request \/snapshot\/expires_at: unknown field/,
    because:
      "neonctl and @neon/sdk send it, by a newer document than the one that comes with Neon's older client",
  },
];
