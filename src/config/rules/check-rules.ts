import type { CheckDefinition } from '../definition/check-definition.ts';
import type { ProjectDefinition } from '../definition/project-definition.ts';
import type { Mistake } from '../mistake.ts';
import { resolveChecks } from '../resolve/resolve-checks.ts';
import { checkPathRules } from './check-path-rules.ts';
import { checkPlace } from './check-place.ts';
import { conflict, warning } from './conflict.ts';
import { findCycle } from './find-cycle.ts';

/** What would let a check write for the main branch, whatever it runs. */
const SIGNING_KEY = 'GLIDEPATH_CACHE_KEY';

/** Checks do not wait for each other in a circle, do not write over each other, and can run where they are to. */
export function checkRules(project: ProjectDefinition): Mistake[] {
  return [
    ...cycleMistakes(project),
    ...checkPathRules(project),
    ...Object.entries(project.ci?.checks ?? {}).flatMap(([name, check]) => ofCheck(project, name, check)),
  ];
}

function cycleMistakes(project: ProjectDefinition): Mistake[] {
  const edges = new Map(resolveChecks(project).map((check) => [check.name, check.needs]));
  const cycle = findCycle(edges);
  if (cycle === null) return [];
  return [
    conflict(
      [...checkPlace(project, cycle[0] ?? ''), 'needs'],
      `goes in a circle: ${cycle.join(' → ')}`,
      `Take one of these needs out, so that a check can be first.`,
    ),
  ];
}

function ofCheck(project: ProjectDefinition, name: string, check: CheckDefinition): Mistake[] {
  return [
    ...placeMistakes(project, name, check),
    ...variableMistakes(name, check),
    ...alwaysRuns(name, check),
  ];
}

function placeMistakes(project: ProjectDefinition, name: string, check: CheckDefinition): Mistake[] {
  const path = ['ci', 'checks', name];
  if (check.where === 'container' && project.ci?.container === undefined) {
    return [
      conflict(
        [...path, 'where'],
        'is container, but there is no ci.container',
        "Say in which image: ci: { container: { dockerfile: 'Dockerfile' } }",
      ),
    ];
  }
  if (check.network === undefined || check.where === 'container') return [];
  return [
    warning(
      [...path, 'network'],
      'says something of a container, but the check runs on the host, where the network is as it is',
      "Take it out, or write where: 'container'.",
    ),
  ];
}

function variableMistakes(name: string, check: CheckDefinition): Mistake[] {
  const path = ['ci', 'checks', name, 'env'];
  const at = (variable: string): number => check.env?.indexOf(variable) ?? -1;
  const mistakes: Mistake[] = [];
  if (at(SIGNING_KEY) >= 0) {
    mistakes.push(
      conflict(
        [...path, at(SIGNING_KEY)],
        'gives the check the key that signs for the main branch',
        'Take it out: Glidepath signs after the check has ended.',
      ),
    );
  }
  if (at('DATABASE_URL') >= 0 && check.services?.some(({ service }) => service === 'postgres') === true) {
    mistakes.push(
      warning(
        [...path, at('DATABASE_URL')],
        'asks for DATABASE_URL, which postgres() sets',
        'Take it out: the one from outside never reaches the check.',
      ),
    );
  }
  return mistakes;
}

/** Files that nobody names can neither be kept nor put back. */
function alwaysRuns(name: string, check: CheckDefinition): Mistake[] {
  const isNamed = (check.outputs?.length ?? 0) + (check.leaves?.length ?? 0) > 0;
  if (check.prepares !== true || isNamed || check.cache === false) return [];
  return [
    warning(
      ['ci', 'checks', name, 'prepares'],
      'is true, but no outputs or leaves say what is made, so that it runs every time',
      "Name it: outputs: ['dist']; leaves: ['node_modules'] for what is not worth keeping; or cache: false if that is meant.",
    ),
  ];
}
