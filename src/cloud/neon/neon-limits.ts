/** How much of everything there may be. Changed by the control API. */
export interface NeonLimits {
  /** Branches of a project, the first included; null: any number. Neon's free plan: 10. */
  branches: number | null;
  /** Root branches of a project. Neon: 5. */
  rootBranches: number | null;
  /** How long a deleted branch or project can be had back. Neon: 7 days. */
  recoverableSeconds: number;
  /** Deleted branches of a project whose data are kept; the oldest go first. */
  recoverableBranches: number;
}

/**
 * Those of a cloud that was told nothing: of branches as many as Neon's paid plans include before they charge
 * (neon.com/docs/introduction/plans: 25 and more), so that a rehearsal is not stopped by a plan nobody has.
 */
export function defaultNeonLimits(): NeonLimits {
  return { branches: 100, rootBranches: 25, recoverableSeconds: 7 * 86_400, recoverableBranches: 10 };
}
