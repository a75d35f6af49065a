import type { ResolvedProject } from '../config/resolved.ts';
import { undeployableWords } from '../config/undeployable-words.ts';
import { unreachable } from '../util/assert.ts';
import { matchEnvironments, type MatchedEnvironment } from './match-environments.ts';
import type { DeploymentPlan, Observed, Plan, PlanStep, Trigger } from './plan.ts';
import { appStages } from './steps/app-steps.ts';
import { buildStage, reuseStage } from './steps/artifact-steps.ts';
import { closingStages, reportStage } from './steps/closing-steps.ts';
import { ensureDatabaseStage, migrateStage } from './steps/database-steps.ts';
import { destroyAppStage, destroyDatabaseStage, expiryNote } from './steps/destroy-steps.ts';
import { domainStage } from './steps/domain-steps.ts';
import { gateStage, hasOptionalApproval } from './steps/gate-steps.ts';
import { probeStage } from './steps/probe-steps.ts';
import { readinessStage } from './steps/readiness-steps.ts';
import { restorePointStage } from './steps/restore-point-steps.ts';
import { restoreNotes, restoreStage } from './steps/restore-steps.ts';
import { scaleStage } from './steps/scale-steps.ts';
import { seedStage } from './steps/seed-steps.ts';
import { beside, inSequence, type StageContext } from './steps/stage.ts';
import { releaseWords } from './words.ts';

/** What a plan is made for, besides its trigger. */
export interface PlanOptions {
  /** Whether it is tried out, with data that is thrown away: seeds that are only for that are run. */
  readonly isRehearsal?: boolean;
}

/**
 * What a trigger starts, computed from nothing but its arguments. `observed` only makes reasons say more: what was not
 * looked at is not spoken of. A review environment is looked up in it as `review/pr-42`. The deployments are empty when
 * nothing matches; `explainNoMatch` says why.
 */
export function planTrigger(
  project: ResolvedProject,
  trigger: Trigger,
  observed: Observed,
  options: PlanOptions = {},
): Plan {
  const deployments = matchEnvironments(project, trigger).map((match) => {
    const only = appsNamed(trigger);
    return planDeployment({
      project,
      trigger,
      match,
      apps: match.environment.apps.filter((app) => only === null || only.includes(app.name)),
      observed: observed.environments[match.environment.name] ?? null,
      world: observed,
      isRehearsal: options.isRehearsal === true,
    });
  });
  return { version: 1, project: project.name, trigger, deployments };
}

function appsNamed(trigger: Trigger): readonly string[] | null {
  if (trigger.kind === 'scale') return [trigger.app];
  if (trigger.kind === 'restore') return null;
  return trigger.kind === 'rollback' ? trigger.apps : null;
}

function planDeployment(context: StageContext): DeploymentPlan {
  const { match, project } = context;
  return {
    environment: match.name,
    pullRequest: match.pullRequest,
    action: match.action,
    lockKey: `${project.name}/${match.environment.name}`,
    reason: reasonOf(context),
    notes: notesOf(context),
    rollbackOnFailure:
      match.action !== 'destroy' && match.action !== 'restore' && match.environment.rollback === 'automatic',
    steps: stepsOf(context, match.action),
  };
}

function stepsOf(context: StageContext, action: MatchedEnvironment['action']): PlanStep[] {
  const closing = closingStages(context);
  const apps = appStages(context);
  switch (action) {
    case 'deploy':
      return inSequence(context, [
        gateStage,
        beside(buildStage, readinessStage),
        beside(ensureDatabaseStage, domainStage),
        restorePointStage,
        probeStage,
        migrateStage,
        seedStage,
        ...apps,
        ...closing,
      ]);
    case 'promote':
      return inSequence(context, [
        gateStage,
        beside(reuseStage, readinessStage),
        beside(ensureDatabaseStage, domainStage),
        restorePointStage,
        probeStage,
        migrateStage,
        seedStage,
        ...apps,
        ...closing,
      ]);
    case 'rollback':
      return inSequence(context, [reuseStage, ...apps, ...closing]);
    case 'scale':
      return inSequence(context, [scaleStage, reportStage]);
    case 'restore':
      return inSequence(context, [restoreStage, reportStage]);
    case 'destroy':
      return inSequence(context, [destroyAppStage, destroyDatabaseStage, reportStage]);
    default:
      return unreachable(action);
  }
}

function reasonOf({ match, observed }: StageContext): string {
  const live = observed?.liveRelease;
  if (live === undefined || match.action === 'destroy') return `${match.reason}.`;
  const name = match.environment.name;
  return live === null
    ? `${match.reason}; nothing is live in ${name} yet.`
    : `${match.reason}; ${releaseWords(live)} is live in ${name} now.`;
}

function notesOf(context: StageContext): string[] {
  const { match, trigger } = context;
  const { environment } = match;
  const notes: string[] = [];
  for (const app of context.apps)
    if (app.platform === 'vercel') notes.push(undeployableWords(app.name).message);
  if (match.action === 'destroy') {
    const kept = environment.databases.filter((database) => !database.ephemeral);
    return kept.map((database) => `Database ${database.name} is not ephemeral and stays.`);
  }
  if (trigger.kind === 'restore') return restoreNotes(context);
  if (trigger.kind === 'scale') {
    notes.push(
      'Gates are not checked: this is for emergencies.',
      'It holds until the next deployment, which restores what the config says.',
    );
  } else if (trigger.kind === 'rollback') {
    if (environment.gates.length > 0) {
      notes.push(`Gates are not checked again: they passed when ${trigger.release} was first deployed here.`);
    }
    notes.push('No database is rolled back: every migration stays applied.');
  } else if (hasOptionalApproval(environment.gates)) {
    notes.push('The approval is optional (approval({ optional: true })): nothing waits for it.');
  }
  if (environment.rollback === 'manual') {
    notes.push("A failure leaves everything as it is (rollback: 'manual').");
  }
  if (trigger.kind !== 'scale') notes.push(...driftNotes(context));
  const expiry = expiryNote(context);
  return expiry === null ? notes : [...notes, expiry];
}

/** What was changed by hand, and is gone after this deployment. */
function driftNotes({ apps, observed }: StageContext): string[] {
  return apps.flatMap((app) => {
    const drift = observed?.apps[app.name]?.drift ?? [];
    return drift.length === 0 ? [] : [`${app.name} is brought back to the config: ${drift.join('; ')}.`];
  });
}
