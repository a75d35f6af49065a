import type { PlanStep } from '../plan.ts';
import { list, releaseWords } from '../words.ts';
import { sideBySide, type Stage, type StageContext } from './stage.ts';

/** Some requests for each image, and one build where an image has to be pushed again. */
const READINESS_MS = 30 * 60_000;

/**
 * Proves that what is live could be gone back to, before anything changes (invariant 13). For every environment that
 * stands, not for production alone: a way back that is missing is best noticed where it costs least. A rollback has no
 * such step, for whoever goes back must not be held up by it.
 */
export function readinessStage(context: StageContext, after: readonly string[]): Stage {
  const { match, apps } = context;
  const provable = apps.filter((app) => app.platform === 'fly').map((app) => app.name);
  if (match.environment.kind !== 'standing' || provable.length === 0) return sideBySide([]);
  const step: PlanStep = {
    id: 'readiness',
    needs: after,
    title: 'There is a way back',
    reason: readinessReason(context, provable),
    mutates: true,
    undo: null,
    timeoutMs: READINESS_MS,
    action: { kind: 'readiness' },
  };
  return sideBySide([step]);
}

function readinessReason({ match, observed }: StageContext, apps: readonly string[]): string {
  const live = observed?.liveRelease;
  if (live === null)
    return `nothing is live in ${match.environment.name} yet, so there is nothing to roll back to`;
  const what = live === undefined ? 'what is live' : releaseWords(live);
  return `checks that the images of ${list(apps)} and the secrets that ${what} needs still exist, and tags the images so the registry keeps them`;
}
