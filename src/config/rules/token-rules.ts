import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { Mistake } from '../mistake.ts';
import type { CheckedScope } from './checked-scope.ts';
import { pathText } from '../config-path.ts';
import { named } from '../named.ts';

/** A token opens one organization: two organizations with one token mean that one of them has too much power. */
export function tokenRules(project: ProjectDefinition, scopes: readonly CheckedScope[]): Mistake[] {
  const first = new Map<string, { org: string; environment: string }>();
  const mistakes: Mistake[] = [];
  for (const scope of scopes) {
    const app = scope.resolved;
    if (app.platform !== 'fly') continue;
    const environment = scope.environmentName;
    const known = first.get(app.token);
    if (known === undefined) first.set(app.token, { org: app.org, environment });
    else if (known.org !== app.org) {
      const path = [
        'environments',
        environment,
        ...(named(project.environments, environment)?.fly === undefined ? [] : ['fly', 'token']),
      ];
      mistakes.push({
        code: 'CONFIG_CONFLICT',
        severity: 'warning',
        path,
        message: `${pathText(path)}: ${app.token} is the token of two organizations, ${known.org} (${known.environment}) and ${app.org} (${environment}).`,
        hint: 'Give each organization a token of its own, so that one environment cannot change the other.',
      });
    }
  }
  return mistakes;
}
