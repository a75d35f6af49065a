import type { ResolvedEnvironment } from './resolved.ts';

/** From where an environment may be deployed to: patterns of branches and of tags, as the config has them. */
export interface EnvironmentRefs {
  readonly branches: readonly string[];
  readonly tags: readonly string[];
}

/**
 * What starts its deployments, and the main branch: operations by hand (rollback, promote) run from there, with the
 * file that was reviewed. A review environment is made from merge refs, and taken away from the main branch.
 */
export function environmentRefs(environment: ResolvedEnvironment, mainBranch: string): EnvironmentRefs {
  const pushed = environment.on.flatMap((trigger) => (trigger.kind === 'push' ? [trigger.branch] : []));
  const tags = environment.on.flatMap((trigger) => (trigger.kind === 'tag' ? [trigger.pattern] : []));
  return { branches: [...new Set([...pushed, mainBranch])], tags: [...new Set(tags)] };
}
