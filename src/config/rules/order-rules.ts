import type { ConfigPath } from '../config-path.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { Mistake } from '../mistake.ts';
import { conflict } from './conflict.ts';

/** An order of deployment names every app exactly once. */
export function orderRules(project: ProjectDefinition): Mistake[] {
  const apps = Object.keys(project.apps);
  return [
    ...orderMistakes(project.order, apps, ['order']),
    ...Object.entries(project.environments).flatMap(([name, { order }]) =>
      orderMistakes(order, apps, ['environments', name, 'order']),
    ),
  ];
}

function orderMistakes(
  order: readonly (readonly string[])[] | undefined,
  apps: readonly string[],
  path: ConfigPath,
): Mistake[] {
  if (order === undefined) return [];
  const named = order.flat();
  const missing = apps.filter((app) => !named.includes(app));
  const twice = apps.filter((app) => named.indexOf(app) !== named.lastIndexOf(app));
  return [
    ...(missing.length === 0
      ? []
      : [conflict(path, `leaves out ${missing.join(', ')}`, 'Name every app once, or take order out.')]),
    ...(twice.length === 0
      ? []
      : [conflict(path, `names ${twice.join(', ')} twice`, 'Name every app once.')]),
  ];
}
