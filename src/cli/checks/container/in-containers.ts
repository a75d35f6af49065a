import type { ResolvedProject } from '../../../config/resolved.ts';
import { ToolError } from '../../../diagnostics/tool-error.ts';

/** The project with all its checks in containers: `ci --container`. Throws CONFIG_MISSING_KEY where it names no image. */
export function inContainers(project: ResolvedProject): ResolvedProject {
  if (project.checkContainer === null) throw noImage();
  return { ...project, checks: project.checks.map((check) => ({ ...check, where: 'container' })) };
}

/** Nothing says in which image the checks are to run. */
export function noImage(): ToolError {
  return new ToolError(
    'CONFIG_MISSING_KEY',
    'Checks should run in containers, but the config names no image.',
    { hint: "Name one: ci: { container: { dockerfile: 'Dockerfile' } }" },
  );
}
