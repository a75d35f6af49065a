import type { ResolvedApp } from '../../config/resolved.ts';
import type { PlanStep } from '../plan.ts';
import { list, releaseWords } from '../words.ts';
import { sideBySide, type Stage, type StageContext } from './stage.ts';

/** A cold container build of a large app. A promotion may have to build again to get the same digests. */
const BUILD_MS = 30 * 60_000;

/** Builds every app from the commit, all at once. */
export function buildStage({ apps }: StageContext, after: readonly string[]): Stage {
  return sideBySide(apps.map((app) => buildStep(app, after)));
}

/** Takes the artifacts of a release that exists: for a promotion and a rollback. */
export function reuseStage(context: StageContext, after: readonly string[]): Stage {
  const from = context.trigger.kind === 'promote' ? context.trigger.from : null;
  const step: PlanStep = {
    id: 'reuse',
    needs: after,
    title: from === null ? 'Reuse the earlier release' : `Reuse the release of ${from}`,
    reason: reuseReason(context),
    mutates: true,
    undo: null,
    timeoutMs: BUILD_MS,
    action: { kind: 'reuse', from },
  };
  return sideBySide([step]);
}

function buildStep(app: ResolvedApp, needs: readonly string[]): PlanStep {
  return {
    id: `build:${app.name}`,
    needs,
    title: `Build ${app.name}`,
    reason: buildReason(app),
    mutates: true,
    undo: null,
    timeoutMs: BUILD_MS,
    action: { kind: 'build', app: app.name },
  };
}

function buildReason(app: ResolvedApp): string {
  const once = 'built once from this commit, identified by digest';
  if (app.platform === 'vercel') return `framework: '${app.framework}' of ${app.name}, ${once}`;
  const how = app.dockerfile === null ? `stack: ${app.stack.name}()` : `dockerfile: '${app.dockerfile}'`;
  const hardened = app.hardened ? '; hardened: true, for its container image' : '';
  return `${how} of ${app.name}, ${once}${hardened}`;
}

function reuseReason({ trigger, world, apps }: StageContext): string {
  if (trigger.kind === 'promote') {
    const live = world.environments[trigger.from]?.liveRelease;
    const which = live === undefined || live === null ? '' : `, ${releaseWords(live)}`;
    return `the same digests that run in ${trigger.from}${which}: nothing is rebuilt`;
  }
  const which = trigger.kind === 'rollback' ? trigger.release : 'the earlier release';
  return `${which} was built before: checks first that its images of ${list(apps.map((app) => app.name))} still exist`;
}
