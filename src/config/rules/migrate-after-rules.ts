import type { ConfigPath } from '../config-path.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { Mistake } from '../mistake.ts';
import { named } from '../named.ts';
import { environmentKind } from '../resolve/environment-kind.ts';
import { conflict } from './conflict.ts';
import { findCycle } from './find-cycle.ts';

/** A migration can have run before: in another environment that stays, and not in a circle. */
export function migrateAfterRules(project: ProjectDefinition): Mistake[] {
  const mistakes = Object.entries(project.environments).flatMap(([name, { migrateAfter }]) =>
    typeof migrateAfter === 'string'
      ? ofEnvironment(project, name, migrateAfter, ['environments', name, 'migrateAfter'])
      : [],
  );
  return mistakes.length > 0 ? mistakes : circle(project);
}

function ofEnvironment(
  project: ProjectDefinition,
  name: string,
  before: string,
  path: ConfigPath,
): Mistake[] {
  if (before === name)
    return [conflict(path, 'names its own environment', `Name the environment that comes before ${name}.`)];
  const kinds = [name, before].map((each) => {
    const definition = named(project.environments, each);
    return definition === undefined ? 'standing' : environmentKind(definition);
  });
  if (kinds[0] !== 'standing')
    return [conflict(path, `is set for a ${kinds[0]} environment`, 'Take it out: its data is thrown away.')];
  if (kinds[1] === 'standing') return [];
  return [
    conflict(
      path,
      `names ${before}, a ${kinds[1]} environment, whose data is thrown away`,
      'Name an environment that listens to a branch or a tag.',
    ),
  ];
}

/** Of gates alone it is shown by their own rule. */
function circle(project: ProjectDefinition): Mistake[] {
  const edges = new Map(
    Object.entries(project.environments).map(([name, { gates, migrateAfter }]) => [
      name,
      [
        ...(gates ?? []).flatMap((gate) =>
          gate.kind === 'passed' && gate.environment !== name ? [gate.environment] : [],
        ),
        ...(typeof migrateAfter === 'string' ? [migrateAfter] : []),
      ],
    ]),
  );
  const cycle = findCycle(edges);
  const at = cycle?.find(
    (name, index) =>
      index + 1 < cycle.length && named(project.environments, name)?.migrateAfter === cycle[index + 1],
  );
  if (cycle === null || at === undefined) return [];
  return [
    conflict(
      ['environments', at, 'migrateAfter'],
      `makes environments wait for each other in a circle: ${cycle.join(' → ')}`,
      'Take it out, or write null: one environment has to be first.',
    ),
  ];
}
