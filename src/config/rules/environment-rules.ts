import type { ConfigPath } from '../config-path.ts';
import type { EnvironmentDefinition } from '../definition/environment-definition.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { Mistake } from '../mistake.ts';
import { environmentKind, triggersOf } from '../resolve/environment-kind.ts';
import { conflict, warning } from './conflict.ts';
import { named } from '../named.ts';

/** Settings that mean nothing to an environment to which nothing is deployed. */
const NOT_FOR_TEST = ['on', 'gates', 'apps', 'order', 'health', 'smoke', 'env', 'rollback'] as const;

/** An environment is one kind of thing, and can be deployed to. */
export function environmentRules(project: ProjectDefinition): Mistake[] {
  return Object.entries(project.environments).flatMap(([name, environment]) => {
    const path = ['environments', name];
    return [
      ...expiryMistakes(environment, path),
      ...triggerMistakes(environment, path),
      ...databaseMistakes(project, environment, path),
      ...(environment.kind === 'test' ? testMistakes(environment, path) : []),
    ];
  });
}

function expiryMistakes(environment: EnvironmentDefinition, path: ConfigPath): Mistake[] {
  if (environment.expires === undefined || environmentKind(environment) === 'review') return [];
  return [
    conflict(
      [...path, 'expires'],
      'is set for an environment that stays',
      'Only review environments expire: take it out, or listen to pullRequest().',
    ),
  ];
}

function triggerMistakes(environment: EnvironmentDefinition, path: ConfigPath): Mistake[] {
  const triggers = triggersOf(environment);
  const kind = environmentKind(environment);
  const mistakes: Mistake[] = [];
  if (kind === 'review' && triggers.some(({ kind }) => kind === 'push' || kind === 'tag')) {
    mistakes.push(
      conflict(
        [...path, 'on'],
        'mixes pullRequest() with branches or tags',
        'Make two environments of it: one copy per pull request, and one that stays.',
      ),
    );
  }
  if (environment.manual === false && triggers.some((trigger) => trigger.kind === 'manual')) {
    mistakes.push(conflict([...path, 'manual'], 'is false, but on has manual()', 'Take one of the two out.'));
  }
  if (kind === 'standing' && environment.manual === false && triggers.length === 0) {
    mistakes.push(
      conflict(
        [...path, 'manual'],
        'is false, and nothing else starts a deployment',
        "Add on: push('branch').",
      ),
    );
  }
  return mistakes;
}

function databaseMistakes(
  project: ProjectDefinition,
  environment: EnvironmentDefinition,
  path: ConfigPath,
): Mistake[] {
  return Object.entries(environment.databases ?? {}).flatMap(([name, override]) => {
    const provider = named(project.databases, name)?.provider;
    const place = [...path, 'databases', name];
    if (provider === undefined || override === undefined) return [];
    const isEphemeral = override === 'ephemeral' || override.ephemeral === true;
    if (provider === 'external') {
      return [
        conflict(
          place,
          'changes a database that somebody else runs',
          'Take it out, or make it flyPostgres() or neon().',
        ),
      ];
    }
    const mistakes: Mistake[] = [];
    if (isEphemeral && environmentKind(environment) === 'standing') {
      mistakes.push(
        warning(
          place,
          'is ephemeral in an environment that stays',
          'Its data goes with the environment; is that meant?',
        ),
      );
    }
    if (override !== 'ephemeral' && override.memory !== undefined && provider === 'neon') {
      mistakes.push(
        conflict([...place, 'memory'], 'is set for Neon, which has no such setting', 'Take it out.'),
      );
    }
    return mistakes;
  });
}

function testMistakes(environment: EnvironmentDefinition, path: ConfigPath): Mistake[] {
  return NOT_FOR_TEST.filter((key) => environment[key] !== undefined).map((key) =>
    conflict(
      [...path, key],
      'is set for a test environment, to which nothing is deployed',
      "Take it out, or take out kind: 'test'.",
    ),
  );
}
