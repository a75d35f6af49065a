import type { ResolvedEnvironment, ResolvedProject, TriggerRule } from '../config/resolved.ts';
import { unreachable } from '../util/assert.ts';
import { environmentNamed } from './environment-named.ts';
import { forPullRequest } from './for-pull-request.ts';
import type { DeploymentPlan, Trigger } from './plan.ts';
import { matchesRefPattern } from './ref-pattern.ts';

/** An environment that a trigger changes. */
export interface MatchedEnvironment {
  /** As it will be: of a review environment, the one of this pull request. `Observed` is keyed by its name. */
  readonly environment: ResolvedEnvironment;
  /** Its name in the config. */
  readonly name: string;
  readonly pullRequest: number | null;
  readonly action: DeploymentPlan['action'];
  /** Why it matches: names the setting, or that a person asked. No full stop. */
  readonly reason: string;
}

/**
 * The environments that a trigger changes, each after those it has to pass in first. Empty when none listens, when the
 * environment or app that is named does not exist, or when nothing can be deployed there: `explainNoMatch` says which.
 */
export function matchEnvironments(project: ResolvedProject, trigger: Trigger): readonly MatchedEnvironment[] {
  switch (trigger.kind) {
    case 'push':
    case 'tag':
      return inOrderOfPassing(project.environments.flatMap((environment) => onRef(environment, trigger)));
    case 'pull-request':
      return project.environments.flatMap((environment) => onPullRequest(environment, trigger));
    case 'deploy':
      return standing(project, trigger.environment)
        .filter(isDeployedByHand)
        .map((environment) =>
          matched(environment, 'deploy', `A deployment to ${environment.name} was asked for by hand`),
        );
    case 'promote':
      if (trigger.from === trigger.to || standing(project, trigger.from).length === 0) return [];
      return standing(project, trigger.to).map((environment) =>
        matched(environment, 'promote', `The release of ${trigger.from} was promoted by hand`),
      );
    case 'rollback':
      return standing(project, trigger.environment)
        .filter((environment) => unknownApps(environment, trigger.apps).length === 0)
        .map((environment) =>
          matched(environment, 'rollback', `A rollback to ${trigger.release} was asked for by hand`),
        );
    case 'scale':
      return place(project, trigger.environment)
        .filter(({ environment }) => unknownApps(environment, [trigger.app]).length === 0)
        .map((found) => ({
          ...found,
          action: 'scale',
          reason: `A scaling of ${trigger.app} was asked for by hand`,
        }));
    case 'restore':
      return place(project, trigger.environment)
        .filter(({ environment }) => environment.databases.some(({ name }) => name === trigger.database))
        .map((found) => ({
          ...found,
          action: 'restore',
          reason: `A restore of ${trigger.database} was asked for by hand`,
        }));
    default:
      return unreachable(trigger);
  }
}

/** The names among `apps` that the environment does not have. */
export function unknownApps(environment: ResolvedEnvironment, apps: readonly string[] | null): string[] {
  return (apps ?? []).filter((name) => !environment.apps.some((app) => app.name === name));
}

/** Whether releases are deployed there by name: neither a template for pull requests nor a place for checks only. */
export function isDeployable(environment: ResolvedEnvironment): boolean {
  return environment.kind === 'standing';
}

/** Whether `glidepath deploy` may be called for it: not with `manual: false`. */
export function isDeployedByHand(environment: ResolvedEnvironment): boolean {
  return isDeployable(environment) && environment.on.some((rule) => rule.kind === 'manual');
}

/** A trigger rule as it is written in the config: `push('main')`. */
function ruleWords(rule: TriggerRule): string {
  switch (rule.kind) {
    case 'push':
      return `push('${rule.branch}')`;
    case 'tag':
      return `tag('${rule.pattern}')`;
    case 'pull-request':
      return 'pullRequest()';
    case 'manual':
      return 'manual()';
    default:
      return unreachable(rule);
  }
}

function standing(project: ResolvedProject, name: string): ResolvedEnvironment[] {
  return project.environments.filter((environment) => environment.name === name && isDeployable(environment));
}

/** Also the environment of a pull request has machines and data that somebody may want changed. */
function place(
  project: ResolvedProject,
  asked: string,
): Pick<MatchedEnvironment, 'environment' | 'name' | 'pullRequest'>[] {
  const named = environmentNamed(project, asked);
  if (named === null || (named.pullRequest === null && !isDeployable(named.environment))) return [];
  const { environment, template: name, pullRequest } = named;
  return [{ environment, name, pullRequest }];
}

function onRef(
  environment: ResolvedEnvironment,
  trigger: Extract<Trigger, { kind: 'push' | 'tag' }>,
): MatchedEnvironment[] {
  if (!isDeployable(environment)) return [];
  const ref = trigger.kind === 'push' ? trigger.branch : trigger.tag;
  for (const rule of environment.on) {
    const pattern = patternFor(rule, trigger.kind);
    if (pattern === null || !matchesRefPattern(pattern, ref)) continue;
    const listens = `${environment.name} listens to ${ruleWords(rule)}`;
    return [matched(environment, 'deploy', pattern === ref ? listens : `${listens}, which ${ref} matches`)];
  }
  return [];
}

function patternFor(rule: TriggerRule, kind: 'push' | 'tag'): string | null {
  if (rule.kind === 'push' && kind === 'push') return rule.branch;
  return rule.kind === 'tag' && kind === 'tag' ? rule.pattern : null;
}

function onPullRequest(
  template: ResolvedEnvironment,
  trigger: Extract<Trigger, { kind: 'pull-request' }>,
): MatchedEnvironment[] {
  if (template.kind !== 'review') return [];
  const rule = template.on.find((rule) => rule.kind === 'pull-request');
  if (rule === undefined) return [];
  const isOpen = trigger.action === 'opened';
  return [
    {
      environment: forPullRequest(template, trigger.number),
      name: template.name,
      pullRequest: trigger.number,
      action: isOpen ? 'deploy' : 'destroy',
      reason: `${template.name} listens to ${ruleWords(rule)}: ${
        isOpen ? 'an open pull request has an environment of its own' : 'a closed one leaves nothing behind'
      }`,
    },
  ];
}

function matched(
  environment: ResolvedEnvironment,
  action: DeploymentPlan['action'],
  reason: string,
): MatchedEnvironment {
  return { environment, name: environment.name, pullRequest: null, action, reason };
}

/** One push may match two environments of which the second asks that the commit, or its migrations, passed in the first. */
function inOrderOfPassing(all: readonly MatchedEnvironment[]): MatchedEnvironment[] {
  const ordered: MatchedEnvironment[] = [];
  const visiting = new Set<string>();
  const visit = (one: MatchedEnvironment): void => {
    if (visiting.has(one.name)) return;
    visiting.add(one.name);
    const { gates, migratesAfter } = one.environment;
    const names = gates.flatMap((gate) => (gate.kind === 'passed' ? [gate.environment] : []));
    for (const name of [...names, migratesAfter]) {
      const before = all.find((other) => other.name === name);
      if (before !== undefined) visit(before);
    }
    ordered.push(one);
  };
  for (const one of all) visit(one);
  return ordered;
}
