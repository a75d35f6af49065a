import type { ProjectDefinition } from '../definition/project-definition.ts';
import { NO_IMPORTS, type FlyTomlImports } from '../fly-toml/fly-toml-reading.ts';
import type { ResolvedEnvironment, ResolvedProject } from '../resolved.ts';
import { withMigrationOrder } from './migration-order.ts';
import { resolveChecks } from './resolve-checks.ts';
import { resolveCi } from './resolve-ci.ts';
import { resolveFiles } from './resolve-files.ts';
import { resolveGithub, resolveRelease } from './resolve-github.ts';
import { resolveEnvironment } from './resolve-environment.ts';

/**
 * Every setting of every app in every environment: what the environment says about the app, else what the environment
 * says, else what the app says, else what the project says, else what an imported fly.toml says, else the default. Total on configs of the right shape.
 */
export function resolveProject(
  project: ProjectDefinition,
  imports: FlyTomlImports = NO_IMPORTS,
): ResolvedProject {
  return {
    name: project.name,
    repository: project.github?.repository ?? null,
    mainBranch: project.github?.mainBranch ?? 'main',
    github: resolveGithub(project),
    release: resolveRelease(project),
    checks: resolveChecks(project),
    ciSkip: project.ci?.skip ?? [],
    ...resolveCi(project),
    files: resolveFiles(project),
    environments: withMigrationOrder(
      project,
      withOneHardening(
        Object.entries(project.environments).map(([name, environment]) =>
          resolveEnvironment(project, name, environment, imports),
        ),
      ),
    ),
  };
}

/**
 * Hardening is of the image, and one image is built for all environments (decision 11): an app that is to be hardened in
 * one of them is hardened in all, or what passed staging would not be what runs in production.
 */
function withOneHardening(environments: readonly ResolvedEnvironment[]): ResolvedEnvironment[] {
  const hardened = new Set(
    environments.flatMap(({ apps }) =>
      apps.filter((app) => app.platform === 'fly' && app.hardened).map((app) => app.name),
    ),
  );
  return environments.map((environment) => ({
    ...environment,
    apps: environment.apps.map((app) =>
      app.platform === 'fly' ? { ...app, hardened: hardened.has(app.name) } : app,
    ),
  }));
}
