import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { ResolvedProject } from '../resolved.ts';

/** Where generated files go. */
export function resolveFiles(project: ProjectDefinition): ResolvedProject['files'] {
  const { dockerfile, runbook } = project.files ?? {};
  return {
    fly: flyFileTemplate(project),
    dockerfile: dockerfile ?? null,
    runbook: runbook === undefined ? 'docs/RUNBOOK.md' : runbook,
  };
}

/**
 * Where the fly.toml files go; null: none is written. By default never to a bare `fly.toml`, so that a bare `fly deploy`
 * has nothing to deploy. What does not exist on Fly has no files of Fly.
 */
export function flyFileTemplate(project: ProjectDefinition): string | null {
  const written = project.files?.fly;
  if (written !== undefined) return written;
  const apps = Object.values(project.apps).filter((app) => app.platform === 'fly');
  if (apps.length === 0) return null;
  return apps.length === 1 ? 'fly.{environment}.toml' : 'fly.{environment}.{app}.toml';
}
