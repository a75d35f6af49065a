import type {
  DeploymentPolicy,
  EnvironmentRules,
  EnvironmentVerdict,
  EnvironmentVisit,
} from '../model/environment.ts';
import { fnmatch } from './fnmatch.ts';

const MINUTE_MS = 60_000;
/** A job that nobody approved fails after this. docs: reviewing-deployments. */
export const APPROVAL_EXPIRES_MS: number = 30 * 24 * 60 * MINUTE_MS;

/**
 * Whether a job may enter an environment: first its branch or tag, then one of its reviewers, then its wait timer.
 * `rules` is undefined for an environment that nobody made: GitHub makes it on first use, without any rule.
 */
export function environmentVerdict(
  rules: EnvironmentRules | undefined,
  visit: EnvironmentVisit,
  nowMs: number,
): EnvironmentVerdict {
  const { environment, ref } = visit;
  if (rules === undefined) {
    return {
      kind: 'enter',
      why: `the environment ${environment} did not exist: it is made, without any rule`,
    };
  }
  if (!mayDeploy(rules.refs, visit)) {
    const { type, name } = nameOf(ref);
    const what = type === 'tag' ? 'Tag' : 'Branch';
    return {
      kind: 'refuse',
      why: `${what} "${name}" is not allowed to deploy to ${environment} due to environment protection rules.`,
    };
  }
  return ofReviewers(rules, visit, nowMs) ?? ofTimer(rules, visit, nowMs);
}

/** Who may approve a job: the reviewers, without who started it where that is so ruled. */
export function reviewersOf(
  { reviewers, preventSelfReview }: EnvironmentRules,
  { startedBy }: Pick<EnvironmentVisit, 'startedBy'>,
): readonly string[] {
  return preventSelfReview ? reviewers.filter((login) => !isSame(login, startedBy)) : reviewers;
}

function ofReviewers(
  rules: EnvironmentRules,
  visit: EnvironmentVisit,
  nowMs: number,
): EnvironmentVerdict | undefined {
  if (rules.reviewers.length === 0) return undefined;
  const reviewers = reviewersOf(rules, visit);
  const review = visit.reviews.find(({ by }) => reviewers.some((login) => isSame(login, by)));
  if (review?.state === 'rejected') {
    return { kind: 'refuse', why: `${review.by} rejected the deployment to ${visit.environment}` };
  }
  if (review !== undefined) return undefined;
  const untilMs = visit.sinceMs + APPROVAL_EXPIRES_MS;
  if (nowMs >= untilMs) {
    return { kind: 'refuse', why: `nobody approved the deployment to ${visit.environment} within 30 days` };
  }
  const why = `${visit.environment} waits for an approval by ${reviewers.join(', ') || 'nobody: its only reviewer started it'}`;
  return { kind: 'wait', for: 'review', reviewers, untilMs, why };
}

function ofTimer(
  { waitTimerMinutes }: EnvironmentRules,
  { environment, sinceMs }: EnvironmentVisit,
  nowMs: number,
): EnvironmentVerdict {
  const untilMs = sinceMs + waitTimerMinutes * MINUTE_MS;
  if (nowMs >= untilMs) return { kind: 'enter', why: `the rules of ${environment} hold` };
  const why = `${environment} waits ${waitTimerMinutes} minutes`;
  return { kind: 'wait', for: 'timer', reviewers: [], untilMs, why };
}

function mayDeploy(refs: EnvironmentRules['refs'], { ref, refIsProtected }: EnvironmentVisit): boolean {
  if (refs === 'all') return true;
  const { type, name } = nameOf(ref);
  if (refs === 'protected') return type === 'branch' && refIsProtected;
  return refs.some((policy: DeploymentPolicy) => policy.type === type && fnmatch(policy.pattern, name));
}

/** What the patterns are held against: a bare branch or tag; of a pull request `refs/pull/7/merge`, as a branch. */
function nameOf(ref: string): { type: 'branch' | 'tag'; name: string } {
  if (ref.startsWith('refs/tags/')) return { type: 'tag', name: ref.slice('refs/tags/'.length) };
  return { type: 'branch', name: ref.replace(/^refs\/heads\//, '') };
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
