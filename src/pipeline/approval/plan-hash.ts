import type { ResolvedEnvironment } from '../../config/resolved.ts';
import { canonicalJson, graphHash } from '../../engine/graph-hash.ts';
import type { DeploymentPlan } from '../../plan/plan.ts';
import type { Json } from '../../util/json.ts';
import { toGraph } from '../to-graph.ts';

/** What somebody agrees to: everything that decides what a deployment does, and nothing that differs from run to run. */
export interface PlanSubject {
  readonly project: string;
  /** Full sha. */
  readonly commit: string;
  readonly environment: ResolvedEnvironment;
  readonly deployment: Pick<DeploymentPlan, 'action' | 'steps' | 'rollbackOnFailure' | 'pullRequest'> &
    Pick<DeploymentPlan, 'environment' | 'lockKey' | 'reason' | 'notes'>;
  /** The id of the release that exists already; null where the deployment builds its own. */
  readonly release: string | null;
  /** The id of the release that is live: what is gone away from. */
  readonly live: string | null;
}

/** Hex digits of a plan that people read and type. */
const SHORT = 10;
/** Hex digits of one part: only told apart from others of the same name. */
const PART = 12;

/**
 * The hash of a plan, SHA-256 in hex: the same for every run of the same commit, config, release and plan from the same
 * live release. The reasons of steps, times, and ids of runs are no part of it. Pure.
 */
export function planHash(subject: PlanSubject): string {
  return graphHash(canonicalJson({ version: 1, parts: contentOf(subject) }));
}

/** The first digits of a plan's hash, as people see it. */
export function shortPlan(hash: string): string {
  return hash.slice(0, SHORT);
}

/** Each part of a plan with a short hash of its own, so that two plans can be compared when one of them is gone. Pure. */
export function planParts(subject: PlanSubject): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(contentOf(subject)).map(([name, content]) => [
      name,
      graphHash(canonicalJson(content)).slice(0, PART),
    ]),
  );
}

/** By how a person would call it: `the app web`, `the step Build web`. */
function contentOf({
  project,
  commit,
  environment,
  deployment,
  release,
  live,
}: PlanSubject): Record<string, Json> {
  const { apps, databases, gates, ...others } = environment;
  const parts: Record<string, unknown> = {
    'the project': project,
    'the commit': commit,
    'the release': release,
    'what is live': live,
    'the action': deployment.action,
    'the gates': gates,
    'other settings of the environment': others,
  };
  for (const app of apps) parts[`the app ${app.name}`] = app;
  for (const database of databases) parts[`the database ${database.name}`] = database;
  for (const node of toGraph(deployment).nodes) parts[`the step ${node.id}`] = node;
  return parts as Record<string, Json>;
}

/** More is not named: who reads it looks at the plan. */
const NAMED_MAX = 6;

/** What differs between two plans, in words; an empty text where nothing is known of the earlier one. Pure. */
export function planDifference(
  before: Readonly<Record<string, string>> | null,
  after: Readonly<Record<string, string>>,
): string {
  if (before === null) return '';
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const said = names.flatMap((name) => {
    if (before[name] === after[name]) return [];
    if (before[name] === undefined) return [`${name} is new`];
    return after[name] === undefined ? [`${name} is gone`] : [`${name} is another`];
  });
  if (said.length === 0) return '';
  const rest = said.length - NAMED_MAX;
  return `${said.slice(0, NAMED_MAX).join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`;
}
