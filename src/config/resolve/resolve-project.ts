import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { ResolvedProject } from '../resolved.ts';
import { resolveChecks } from './resolve-checks.ts';
import { resolveEnvironment } from './resolve-environment.ts';

/**
 * Every setting of every app in every environment: what the environment says about the app, else what the environment
 * says, else what the app says, else what the project says, else the default. Total on configs of the right shape.
 */
export function resolveProject(project: ProjectDefinition): ResolvedProject {
  return {
    name: project.name,
    repository: project.github?.repository ?? null,
    mainBranch: project.github?.mainBranch ?? 'main',
    checks: resolveChecks(project),
    ciSkip: project.ci?.skip ?? [],
    files: resolveFiles(project),
    environments: Object.entries(project.environments).map(([name, environment]) =>
      resolveEnvironment(project, name, environment),
    ),
  };
}

/** What does not exist on Fly has no files of Fly. */
function resolveFiles(project: ProjectDefinition): ResolvedProject['files'] {
  const { fly, dockerfile, runbook } = project.files ?? {};
  return {
    fly: fly === undefined ? defaultFlyFile(project) : fly,
    dockerfile: dockerfile ?? null,
    runbook: runbook === undefined ? 'docs/RUNBOOK.md' : runbook,
  };
}

/** Never a bare `fly.toml`, so that a bare `fly deploy` has nothing to deploy. */
function defaultFlyFile(project: ProjectDefinition): string | null {
  const apps = Object.values(project.apps).filter((app) => app.platform === 'fly');
  if (apps.length === 0) return null;
  return apps.length === 1 ? 'fly.{environment}.toml' : 'fly.{environment}.{app}.toml';
}
