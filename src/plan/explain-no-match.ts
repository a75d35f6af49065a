import type { ResolvedEnvironment, ResolvedProject, TriggerRule } from '../config/resolved.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ErrorCode } from '../diagnostics/error-codes.ts';
import { unreachable } from '../util/assert.ts';
import { closestName } from '../config/did-you-mean.ts';
import { suggestion } from './suggestion.ts';
import { isDeployable, isDeployedByHand, unknownApps } from './match-environments.ts';
import type { Trigger } from './plan.ts';
import { triggerWords } from './trigger.ts';

/** Why a plan is empty, and what would not be: for a trigger of which `planTrigger` gives no deployment. */
export function explainNoMatch(project: ResolvedProject, trigger: Trigger): Diagnostic {
  switch (trigger.kind) {
    case 'push':
    case 'tag':
    case 'pull-request':
      return nothingListens(project, trigger);
    case 'deploy':
      return notDeployable(project, trigger.environment, trigger);
    case 'promote':
      return explainPromote(project, trigger);
    case 'rollback':
      return explainApps(project, trigger, trigger.apps);
    case 'scale':
      return explainApps(project, trigger, [trigger.app]);
    case 'restore':
      return notDeployable(project, trigger.environment, trigger);
    default:
      return unreachable(trigger);
  }
}

/** What every environment listens to besides `glidepath deploy`: `staging ← push to main · production ← tag v*`. */
function listeners(project: ResolvedProject): string {
  return project.environments.map((one) => `${one.name} ← ${listensTo(one)}`).join(' · ');
}

function listensTo(environment: ResolvedEnvironment): string {
  const events = environment.on.filter((rule) => rule.kind !== 'manual').map(ruleForPeople);
  if (events.length > 0) return events.join(' or ');
  return isDeployedByHand(environment) ? 'only by hand' : 'nothing';
}

function ruleForPeople(rule: TriggerRule): string {
  switch (rule.kind) {
    case 'push':
      return `push to ${rule.branch}`;
    case 'tag':
      return `tag ${rule.pattern}`;
    case 'pull-request':
      return 'pull requests';
    case 'manual':
      return 'by hand';
    default:
      return unreachable(rule);
  }
}

function nothingListens(
  project: ResolvedProject,
  trigger: Extract<Trigger, { kind: 'push' | 'tag' | 'pull-request' }>,
): Diagnostic {
  if (project.environments.length === 0) {
    return diagnostic(
      'PLAN_NOTHING_MATCHES',
      `Nothing listens to ${triggerWords(trigger)}: ${project.name} has no environments.`,
      'Add one to environments in glidepath.config.ts.',
    );
  }
  return diagnostic(
    'PLAN_NOTHING_MATCHES',
    `No environment of ${project.name} listens to ${triggerWords(trigger)}: ${listeners(project)}.`,
    hintFor(project, trigger),
  );
}

function hintFor(project: ResolvedProject, trigger: Trigger): string {
  if (trigger.kind === 'pull-request') {
    return 'For review apps, add an environment with on: pullRequest() to glidepath.config.ts.';
  }
  const meant = trigger.kind === 'push' ? meantInstead(project, trigger.branch) : null;
  if (meant !== null) return `Did you mean: glidepath plan ${meant}`;
  const first = project.environments.find(isDeployedByHand);
  if (first === undefined) return 'Change on: of an environment in glidepath.config.ts.';
  return `Change on: in glidepath.config.ts, or deploy by hand: glidepath plan deploy ${first.name}`;
}

/** A branch that is nearly the one that was typed; or, where an environment was typed, what it listens to. */
function meantInstead(project: ResolvedProject, typed: string): string | null {
  const branchesOf = (environment: ResolvedEnvironment): string[] =>
    environment.on.flatMap((rule) => (rule.kind === 'push' ? [rule.branch] : []));
  const named = project.environments.find((one) => one.name === typed && isDeployable(one));
  const branch =
    named === undefined ? closestName(typed, project.environments.flatMap(branchesOf)) : branchesOf(named)[0];
  if (branch !== undefined && branch !== null) return `push ${branch}`;
  return named !== undefined && isDeployedByHand(named) ? `deploy ${named.name}` : null;
}

/** An environment that does not exist, or one that is not deployed to by name. */
function notDeployable(project: ResolvedProject, name: string, trigger: Trigger): Diagnostic {
  const known = project.environments.filter(isDeployable).map((one) => one.name);
  const environment = project.environments.find((one) => one.name === name);
  if (environment === undefined) {
    return diagnostic(
      'PLAN_UNKNOWN_ENVIRONMENT',
      `${project.name} has no environment ${name}.`,
      `${suggestion(name, known)}There ${known.length === 1 ? 'is' : 'are'} ${known.join(', ') || 'none'}.`,
    );
  }
  if (environment.kind === 'standing') {
    return diagnostic(
      'PLAN_NOTHING_MATCHES',
      `${name} is not deployed by hand: ${listeners(project)}.`,
      `Do what it listens to, or take manual: false out of ${name} in glidepath.config.ts.`,
    );
  }
  const why =
    environment.kind === 'review'
      ? `${name} is made once for each pull request`
      : `${name} is for checks and nothing is deployed to it`;
  return diagnostic(
    'PLAN_NOTHING_MATCHES',
    `${triggerWords(trigger)} does nothing, because ${why}: ${listeners(project)}.`,
    environment.kind === 'review'
      ? 'Plan it for one: glidepath plan pr 1 opened'
      : `Choose another: ${known.join(', ') || 'add one to glidepath.config.ts'}`,
  );
}

function explainPromote(
  project: ResolvedProject,
  trigger: Extract<Trigger, { kind: 'promote' }>,
): Diagnostic {
  const { from, to } = trigger;
  const isThere = (name: string): boolean =>
    project.environments.some((one) => one.name === name && isDeployable(one));
  if (!isThere(from)) return notDeployable(project, from, trigger);
  if (!isThere(to)) return notDeployable(project, to, trigger);
  return diagnostic(
    'PLAN_NOTHING_MATCHES',
    `A release cannot be promoted from ${from} to itself.`,
    `Name where it goes: glidepath promote ${from} <environment>`,
  );
}

function explainApps(
  project: ResolvedProject,
  trigger: Extract<Trigger, { kind: 'rollback' | 'scale' }>,
  apps: readonly string[] | null,
): Diagnostic {
  const environment = project.environments.find((one) => one.name === trigger.environment);
  if (environment === undefined || !isDeployable(environment)) {
    return notDeployable(project, trigger.environment, trigger);
  }
  const known = environment.apps.map((app) => app.name);
  const [unknown = ''] = unknownApps(environment, apps);
  return diagnostic(
    'PLAN_UNKNOWN_APP',
    `${environment.name} has no app ${unknown}.`,
    `${suggestion(unknown, known)}There ${known.length === 1 ? 'is' : 'are'} ${known.join(', ') || 'none'}.`,
  );
}

function diagnostic(code: ErrorCode, message: string, hint: string): Diagnostic {
  return { severity: 'error', code, message, hint };
}
