import { counted } from '../views/text/counted.ts';
import { annotation, type AnnotationPlace } from './annotations.ts';

/** How GitHub shows it. */
export type AnnotationLevel = 'error' | 'warning' | 'notice';

/** What is to be shown beside the code, or on the page of the run. */
export interface Annotated {
  readonly level: AnnotationLevel;
  readonly place: AnnotationPlace;
  readonly message: string;
}

/** GitHub shows ten of each level in a step, the first ones (docs.github.com, "Workflow commands"). */
const SHOWN_MAX: Readonly<Record<AnnotationLevel, number>> = {
  // The last one is for the error that the command ends with.
  error: 9,
  warning: 10,
  notice: 10,
};

/**
 * The annotations of a step, as lines for its log: no more of a level than GitHub shows. Groups take turns, so that many
 * failed tests leave room for the worst findings; within a group the first ones count most. Says in a line of its own how
 * many were left out. Empty where there are none. Pure.
 */
export function fitAnnotations(groups: readonly (readonly Annotated[])[]): string {
  const kept = new Set<Annotated>();
  const left = (['error', 'warning', 'notice'] as const).flatMap((level) => {
    const queues = groups.map((group) => group.filter((one) => one.level === level));
    const taken = inTurns(queues).slice(0, SHOWN_MAX[level]);
    for (const one of taken) kept.add(one);
    const rest = queues.flat().length - taken.length;
    return rest === 0 ? [] : [counted(rest, level)];
  });
  const lines = groups
    .flat()
    .filter((one) => kept.has(one))
    .map(({ level, place, message }) => annotation(level, place, message));
  const note = `GitHub shows at most 10 annotations of a level per step. Not annotated: ${left.join(', ')}. The reports have all of them.\n`;
  return [...lines, ...(left.length === 0 ? [] : [note])].join('');
}

function inTurns<T>(queues: readonly (readonly T[])[]): readonly T[] {
  const rounds = Math.max(0, ...queues.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) =>
    queues.flatMap((queue) => queue.slice(round, round + 1)),
  ).flat();
}
