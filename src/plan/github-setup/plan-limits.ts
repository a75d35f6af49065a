import type { SettingsRepository } from '../../config/repository-settings.ts';

/** What a repository's plan leaves out, each with what stands in for it; null where it is there, or not known not to be. */
export interface PlanLimits {
  readonly environments: string | null;
  readonly reviewers: string | null;
  readonly rulesets: string | null;
}

/** What stands in for reviewers: works on every plan. */
export const INSTEAD_OF_REVIEWERS: string =
  "approval by comment stands in for it: approval({ by: 'comment' }), then glidepath generate";
/** What stands in for rules about refs. */
export const INSTEAD_OF_ENVIRONMENTS: string =
  'glidepath gates looks at the ref in its place; secrets go to the repository, where jobs of every branch can read them';
/** What stands in for a ruleset. */
export const INSTEAD_OF_RULESETS: string =
  'what fails its checks can be merged, and is not deployed: the gate checks() looks at the commit';

const NO_LIMITS: PlanLimits = { environments: null, reviewers: null, rulesets: null };

/**
 * By plan, of a private repository; a public one has everything. Required reviewers are Enterprise's alone, environments
 * with secrets and rules about refs come with Pro and Team, and so do rulesets (docs.github.com, "Managing environments
 * for deployment" and "About rulesets"; github-actions.md §1.4).
 */
export function unsupportedBy({ isPrivate, plan }: SettingsRepository): PlanLimits {
  if (!isPrivate || plan === null || plan.startsWith('enterprise')) return NO_LIMITS;
  const limits: PlanLimits = {
    ...NO_LIMITS,
    reviewers: `not in private repositories on GitHub ${titled(plan)}; ${INSTEAD_OF_REVIEWERS}`,
  };
  if (plan !== 'free') return limits;
  return {
    ...limits,
    environments: `not in private repositories on GitHub Free; ${INSTEAD_OF_ENVIRONMENTS}`,
    rulesets: `not in private repositories on GitHub Free; ${INSTEAD_OF_RULESETS}`,
  };
}

function titled(plan: string): string {
  return plan.charAt(0).toUpperCase() + plan.slice(1);
}
