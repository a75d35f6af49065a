import type { ResolvedProject } from '../../config/resolved.ts';
import type { GeneratedFile } from '../generated-file.ts';
import { projectPath } from '../project-path.ts';
import { stamped } from '../stamp.ts';
import { flyTomlFor } from './fly-toml-for.ts';

/** The fly.toml of every app in every environment; none where the project wants none. */
export function flyTomlFiles(project: ResolvedProject): readonly GeneratedFile[] {
  const template = project.files.fly;
  if (template === null) return [];
  return project.environments.flatMap((environment) =>
    environment.apps.flatMap((app) => {
      if (app.platform !== 'fly') return [];
      const path = projectPath(template, { environment: environment.name, app: app.name });
      const body = flyTomlFor(app, { environment, path, files: project.files });
      const reason = `flyctl deploys ${app.name} to ${environment.name} with it when Glidepath cannot.`;
      return [{ path, content: stamped(body), reason }];
    }),
  );
}
