import type { ConfigPath } from '../config-path.ts';
import type { GateDefinition, QualityGate } from '../definition/environment-definition.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { Mistake } from '../mistake.ts';
import { environmentKind } from '../resolve/environment-kind.ts';
import { resolveChecks } from '../resolve/resolve-checks.ts';
import { conflict } from './conflict.ts';
import { findCycle } from './find-cycle.ts';
import { named } from '../named.ts';
import { unreachable } from '../../util/assert.ts';

/** Gates can be passed: they ask for checks that exist, and for environments that come before. */
export function gateRules(project: ProjectDefinition): Mistake[] {
  return [
    ...Object.entries(project.environments).flatMap(([name, environment]) =>
      (environment.gates ?? []).flatMap((gate, index) =>
        gateMistakes(project, name, gate, ['environments', name, 'gates', index]),
      ),
    ),
    ...circle(project),
  ];
}

function gateMistakes(
  project: ProjectDefinition,
  environment: string,
  gate: GateDefinition,
  path: ConfigPath,
): Mistake[] {
  switch (gate.kind) {
    case 'checks':
      return resolveChecks(project).length > 0
        ? []
        : [
            conflict(
              path,
              'asks for checks, of which there are none',
              'Write some in ci.checks, or take the gate out.',
            ),
          ];
    case 'quality':
      return qualityMistakes(project, gate, path);
    case 'passed':
      return passedMistakes(project, environment, gate.environment, path);
    case 'safe-migrations':
      return migrates(project)
        ? []
        : [
            conflict(
              path,
              'asks for safe migrations, of which there are none',
              'Write migrate at a database or an app, or take the gate out.',
            ),
          ];
    case 'approval':
      return [];
    default:
      return unreachable(gate);
  }
}

/** A figure that no check measures could never be reached. */
function qualityMistakes(project: ProjectDefinition, gate: QualityGate, path: ConfigPath): Mistake[] {
  const checks = resolveChecks(project);
  if (checks.length === 0) {
    return [
      conflict(
        path,
        'asks for good checks, of which there are none',
        'Write some in ci.checks, or take the gate out.',
      ),
    ];
  }
  const asks = gate.coverage !== undefined || gate.changeCoverage !== undefined;
  return asks && checks.every(({ reports }) => reports.coverage.length === 0)
    ? [
        conflict(
          path,
          'asks for coverage, which no check reports',
          "Say where a check writes it: reports: { coverage: ['coverage/lcov.info'] }.",
        ),
      ]
    : [];
}

function migrates({ apps, databases, environments }: ProjectDefinition): boolean {
  const written = [
    ...Object.values(apps),
    ...Object.values(databases ?? {}),
    ...Object.values(environments).flatMap((environment) => Object.values(environment.apps ?? {})),
  ];
  return written.some((each) => each?.migrate !== undefined && each.migrate !== null);
}

function passedMistakes(
  project: ProjectDefinition,
  environment: string,
  before: string,
  path: ConfigPath,
): Mistake[] {
  if (before === environment) {
    return [
      conflict(
        path,
        'waits for its own environment',
        `Name the environment that comes before ${environment}.`,
      ),
    ];
  }
  const definition = named(project.environments, before);
  if (definition === undefined || environmentKind(definition) === 'standing') return [];
  return [
    conflict(
      path,
      `waits for ${before}, a ${environmentKind(definition)} environment, in which no release stays`,
      'Name an environment that listens to a branch or a tag.',
    ),
  ];
}

function circle(project: ProjectDefinition): Mistake[] {
  const edges = new Map(
    Object.entries(project.environments).map(([name, environment]) => [
      name,
      (environment.gates ?? []).flatMap((gate) =>
        gate.kind === 'passed' && gate.environment !== name ? [gate.environment] : [],
      ),
    ]),
  );
  const cycle = findCycle(edges);
  if (cycle === null) return [];
  return [
    conflict(
      ['environments', cycle[0] ?? '', 'gates'],
      `wait for each other in a circle: ${cycle.join(' → ')}`,
      'Take one passed() out, so that an environment can be first.',
    ),
  ];
}
