import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { Mistake } from '../mistake.ts';
import type { AppScope } from '../resolve/layers.ts';
import { conflict } from './conflict.ts';

/** Two apps, or two environments, never write the same file. */
export function fileRules(project: ProjectDefinition, scopes: readonly AppScope[]): Mistake[] {
  const onFly = scopes.filter((scope) => scope.app.platform === 'fly');
  return (['fly', 'dockerfile'] as const).flatMap((file) => {
    const template = project.files?.[file];
    if (template === undefined || template === null) return [];
    const seen = new Map<string, AppScope>();
    for (const scope of onFly) {
      const path = template
        .replaceAll('{app}', scope.appName)
        .replaceAll('{environment}', scope.environmentName);
      const other = seen.get(path);
      seen.set(path, other ?? scope);
      if (other === undefined || isShared(file, other, scope)) continue;
      const missing = other.appName === scope.appName ? '{environment}' : '{app}';
      return [
        conflict(
          ['files', file],
          `writes ${path} for ${nameOf(other)} and for ${nameOf(scope)}`,
          `Put ${missing} into it.`,
        ),
      ];
    }
    return [];
  });
}

/** A Dockerfile says nothing of the environment, so one app may have the same in all of them. */
function isShared(file: 'fly' | 'dockerfile', one: AppScope, other: AppScope): boolean {
  return file === 'dockerfile' && one.appName === other.appName;
}

function nameOf(scope: AppScope): string {
  return `${scope.appName} in ${scope.environmentName}`;
}
