import type { ProjectDefinition } from './definition/project-definition.ts';

/**
 * The project, to be exported by `glidepath.config.ts` as its default. Checks nothing when it runs: types check what is
 * written while it is written, and `glidepath validate` all the rest, so that all mistakes are shown at once.
 */
export function defineProject<
  const A extends string,
  const D extends string = never,
  const E extends string = never,
  const C extends string = never,
>(project: ProjectDefinition<A, D, E, C>): ProjectDefinition {
  return project;
}
