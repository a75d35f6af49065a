import { assert } from '../../util/assert.ts';
import { utcTime } from '../../util/utc-time.ts';
import type { PlanStep, RestoreMoment } from '../plan.ts';
import { releaseWords } from '../words.ts';
import { healthStep } from './app-steps.ts';
import type { Stage, StageContext } from './stage.ts';

/** Copying a large database back, on the slowest of the platforms. */
const RESTORE_MS = 60 * 60_000;

/** Brings the data of one database back, then asks the apps that use it whether they are healthy. */
export function restoreStage(context: StageContext, after: readonly string[]): Stage {
  const { trigger, match } = context;
  assert(trigger.kind === 'restore', 'only a restore has a restore stage');
  const restore: PlanStep = {
    id: `restore-database:${trigger.database}`,
    needs: after,
    title: `Restore ${trigger.database}`,
    reason: `by hand: to ${targetWords(trigger.target)}; the current data is kept under another name, connections are cut`,
    mutates: true,
    undo: null,
    timeoutMs: RESTORE_MS,
    action: { kind: 'restore-database', database: trigger.database, target: trigger.target },
  };
  const isLive = context.observed === null || context.observed.liveRelease !== null;
  const healths = match.environment.apps.flatMap((app) =>
    !isLive || app.database !== trigger.database || app.health === null || app.platform !== 'fly'
      ? []
      : [{ ...healthStep(app, app.health), needs: [restore.id] }],
  );
  return { steps: [restore, ...healths], last: [restore, ...healths].map(({ id }) => id) };
}

/** `2026-11-21 13:00:12 UTC`, or the name of a restore point with its time. */
export function targetWords(target: RestoreMoment): string {
  return target.kind === 'time' ? utcTime(target.at) : `${target.name} of ${utcTime(target.at)}`;
}

/** What a person should know before data are brought back. */
export function restoreNotes({ observed, match }: StageContext): string[] {
  const live = observed?.liveRelease ?? null;
  return [
    'Gates are not checked: this is for emergencies.',
    ...(live === null
      ? []
      : [
          `No app is changed: ${releaseWords(live)} keeps running, with the restored tables. Deploy or roll back ${match.environment.name} if it does not work with them.`,
        ]),
  ];
}
