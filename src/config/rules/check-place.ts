import type { ConfigPath } from '../config-path.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';

/** Where a check is written: in `ci.checks`, or in the stack of the first app that brings it. */
export function checkPlace(project: ProjectDefinition, name: string): ConfigPath {
  if (project.ci?.checks !== undefined) return ['ci', 'checks', name];
  const apps = Object.entries(project.apps);
  const bringing = apps.find(([app, { stack }]) =>
    Object.keys(stack?.checks ?? {}).some((check) => check === name || `${check}-${app}` === name),
  );
  return bringing === undefined ? ['apps'] : ['apps', bringing[0], 'stack'];
}
