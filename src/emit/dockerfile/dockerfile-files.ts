import type { ResolvedFlyApp, ResolvedProject } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { GeneratedFile } from '../generated-file.ts';
import { projectPath } from '../project-path.ts';
import { stamped } from '../stamp.ts';
import { dockerfileFor } from './dockerfile-for.ts';

/** A file, and whose it is in which environment. */
interface Written {
  readonly body: string;
  readonly app: ResolvedFlyApp;
  readonly environments: readonly string[];
}

/**
 * The Dockerfile of every app that brings none, with its `.dockerignore`; none where the project wants them only to
 * build. A path without `{environment}` is written once; throws CONFIG_CONFLICT when the environments differ.
 */
export function dockerfileFiles(project: ResolvedProject): readonly GeneratedFile[] {
  const template = project.files.dockerfile;
  if (template === null) return [];
  const byPath = new Map<string, Written>();
  for (const environment of project.environments) {
    for (const app of environment.apps) {
      if (app.platform !== 'fly' || app.dockerfile !== null) continue;
      const path = projectPath(template, { environment: environment.name, app: app.name });
      const { dockerfile, dockerignore } = dockerfileFor(app);
      addTo(byPath, path, { body: dockerfile, app, environments: [environment.name] });
      // There BuildKit looks first, so that several of them do not share one.
      const beside = `${path}.dockerignore`;
      addTo(byPath, beside, { body: dockerignore, app, environments: [environment.name] });
    }
  }
  return [...byPath].map(([path, { body, app, environments }]) => ({
    path,
    content: stamped(body),
    reason: `The image of ${app.name} is built by it for ${environments.join(', ')}.`,
  }));
}

function addTo(byPath: Map<string, Written>, path: string, added: Written): void {
  const before = byPath.get(path);
  if (before === undefined) {
    byPath.set(path, added);
    return;
  }
  if (before.body !== added.body) throw differ(path, before, added);
  byPath.set(path, { ...before, environments: [...before.environments, ...added.environments] });
}

function differ(path: string, before: Written, added: Written): ToolError {
  const [one, other] = [before.environments[0] ?? '', added.environments[0] ?? ''];
  return new ToolError(
    'CONFIG_CONFLICT',
    `files.dockerfile writes ${path} for ${one} and for ${other}, and the two are not the same image.`,
    { hint: 'Put {environment} into files.dockerfile.' },
  );
}
