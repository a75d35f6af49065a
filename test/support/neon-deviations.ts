import type { FlyDeviation } from './fly-deviations.ts';

/**
 * Where the local Neon, or a client of Neon's, differs from the published document on purpose, each with its reason. Each
 * must occur in the whole run of the contract tests, so that none outlives its reason.
 */
export const NEON_DEVIATIONS: readonly FlyDeviation[] = [];
