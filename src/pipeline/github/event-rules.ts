import type { ResolvedEnvironment } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Trigger } from '../../plan/plan.ts';
import { matchesRefPattern } from '../../plan/ref-pattern.ts';
import type { GithubEvent } from './github-event.ts';

/** What is to be started in which environment. */
export interface EventQuestion {
  readonly command: 'deploy' | 'promote' | 'rollback' | 'scale' | 'restore';
  readonly environment: Pick<ResolvedEnvironment, 'name' | 'kind' | 'on'>;
  readonly mainBranch: string;
}

/** What has to be asked of git besides, where the event itself may start it. */
export type CommitRule =
  /** The commit that is deployed is the one that was pushed. */
  | { readonly kind: 'is'; readonly sha: string }
  /** It was tagged, and has to be on the main branch. */
  | { readonly kind: 'tag-on-main'; readonly tag: string }
  /** It has to be part of what the run was started at by hand. */
  | { readonly kind: 'within'; readonly sha: string }
  /** Likewise, and carry a tag of one of these patterns. */
  | { readonly kind: 'tagged'; readonly sha: string; readonly patterns: readonly string[] };

/**
 * Whether an event of GitHub may start something in an environment, by the triggers of the config. Returns what the commit
 * has to be; throws GITHUB_EVENT_MISMATCH, which says what may start it. Pure: nothing was asked of anybody, and nothing sent.
 */
export function requireEvent(event: GithubEvent, question: EventQuestion): CommitRule {
  const fork = forkRefusal(event, `${question.command} to ${question.environment.name}`);
  if (fork !== null) throw fork;
  if (question.environment.kind === 'review') return requireReviewEvent(event, question);
  switch (event.name) {
    case 'push':
      return requirePush(event, question);
    case 'workflow_dispatch':
      return requireDispatch(event, question);
    default:
      throw mismatch(event, question);
  }
}

/**
 * Why nothing may be deployed for this event, whatever the environment: its code comes from another repository, or from
 * Dependabot. Null where it does not.
 */
export function forkRefusal(event: GithubEvent, what: string): ToolError | null {
  if (event.pullRequest !== null && event.isFork) {
    const from = event.pullRequest.headRepository ?? 'a repository that is gone';
    return refusal(
      `Pull request ${event.pullRequest.number} comes from a fork (${from}): no ${what}, and no secret, for code that nobody here has taken in.`,
      'Have someone with write access review it, push the branch to this repository and open a pull request from there.',
    );
  }
  if (!event.isDependabot) return null;
  return refusal(
    `This run was started by Dependabot, which gets no secrets: no ${what}.`,
    'Merge its pull request; what is merged is deployed by the push.',
  );
}

function requireReviewEvent(event: GithubEvent, question: EventQuestion): CommitRule {
  if (event.name === 'pull_request' && event.pullRequest !== null)
    return { kind: 'is', sha: event.pullRequest.headSha };
  if (event.name === 'workflow_dispatch' && isOwnRef(event, question))
    return { kind: 'within', sha: event.sha };
  throw mismatch(event, question);
}

function requirePush(event: GithubEvent, question: EventQuestion): CommitRule {
  const { on } = question.environment;
  if (event.isDeletion || (question.command !== 'deploy' && question.command !== 'promote'))
    throw mismatch(event, question);
  if (event.refType === 'tag' && isTagOf(event.refName, on))
    return { kind: 'tag-on-main', tag: event.refName };
  // A promotion brings what has passed elsewhere, so that the branch of the push only has to be a trusted one.
  if (question.command === 'promote' && isOwnRef(event, question)) return { kind: 'within', sha: event.sha };
  const isPushed = on.some((rule) => rule.kind === 'push' && matchesRefPattern(rule.branch, event.refName));
  if (event.refType === 'branch' && isPushed) return { kind: 'is', sha: event.sha };
  throw mismatch(event, question);
}

/** By hand the file of any branch can be run: only of those that the environment trusts. */
function requireDispatch(event: GithubEvent, question: EventQuestion): CommitRule {
  const { environment, command } = question;
  if (event.refType === 'tag' && isTagOf(event.refName, environment.on))
    return { kind: 'tag-on-main', tag: event.refName };
  if (event.refType !== 'branch' || !isOwnRef(event, question)) throw mismatch(event, question);
  const isByHand = environment.on.some(
    (rule) =>
      rule.kind === 'manual' || (rule.kind === 'push' && matchesRefPattern(rule.branch, event.refName)),
  );
  if (command !== 'deploy' || isByHand) return { kind: 'within', sha: event.sha };
  const patterns = environment.on.flatMap((rule) => (rule.kind === 'tag' ? [rule.pattern] : []));
  if (patterns.length === 0) throw mismatch(event, question);
  // As after an approval: the run is started again at the main branch, for a commit that was tagged before.
  return { kind: 'tagged', sha: event.sha, patterns };
}

/**
 * What a deployment inside GitHub Actions is planned for: the push or tag where the environment listens to it, so that the
 * plan says why; by hand otherwise. Pure.
 */
export function triggerOf(event: GithubEvent, { name, on }: EventQuestion['environment']): Trigger {
  const { refType, refName } = event;
  if (refType === 'tag' && isTagOf(refName, on)) return { kind: 'tag', tag: refName };
  const listens = on.some((rule) => rule.kind === 'push' && matchesRefPattern(rule.branch, refName));
  return refType === 'branch' && listens
    ? { kind: 'push', branch: refName }
    : { kind: 'deploy', environment: name };
}

/** The main branch, and those that the environment is deployed from. */
function isOwnRef({ refType, refName }: GithubEvent, { environment, mainBranch }: EventQuestion): boolean {
  if (refType !== 'branch') return false;
  return (
    refName === mainBranch ||
    environment.on.some((rule) => rule.kind === 'push' && matchesRefPattern(rule.branch, refName))
  );
}

function isTagOf(tag: string, on: EventQuestion['environment']['on']): boolean {
  return on.some((rule) => rule.kind === 'tag' && matchesRefPattern(rule.pattern, tag));
}

function mismatch(event: GithubEvent, question: EventQuestion): ToolError {
  const { command, environment } = question;
  const what = command === 'deploy' ? `${environment.name} is not deployed` : `No ${command} is started`;
  const of = command === 'deploy' ? '' : ` in ${environment.name}`;
  return refusal(`${what} by ${eventWords(event)}${of}. Nothing was changed.`, mayStartWords(question));
}

/** The event in words: `a push of the branch topic`. */
export function eventWords(event: GithubEvent): string {
  const ref = { branch: 'the branch', tag: 'the tag', pull: 'the pull request', other: 'the ref' }[
    event.refType
  ];
  const at = event.refName === '' ? '' : ` ${ref} ${event.refName}`;
  switch (event.name) {
    case 'push':
      return event.isDeletion ? `taking away${at}` : `a push of${at}`;
    case 'workflow_dispatch':
      return `hand at${at}`;
    case 'pull_request':
      return `a pull request${event.pullRequest === null ? '' : ` (${event.pullRequest.number})`}`;
    case '':
      return 'an event that is not named';
    default:
      return `the event ${event.name}${event.refType === 'branch' ? ` at${at}` : ''}`;
  }
}

function mayStartWords({ command, environment, mainBranch }: EventQuestion): string {
  if (environment.kind === 'review')
    return 'Review apps follow pull requests: glidepath review open <number>';
  if (command !== 'deploy') return `Start it by hand (workflow_dispatch) at ${mainBranch}.`;
  const ways = environment.on.flatMap((rule) => {
    if (rule.kind === 'push') return [`a push of ${rule.branch}`];
    if (rule.kind === 'tag') return [`a tag like ${rule.pattern} on ${mainBranch}`];
    return rule.kind === 'manual' ? [`hand at ${mainBranch}`] : [];
  });
  return ways.length === 0
    ? `Nothing triggers it: set in glidepath.config.ts, on: [push('${mainBranch}')]`
    : `It is deployed by ${ways.join(', or ')}.`;
}

function refusal(message: string, hint: string): ToolError {
  return new ToolError('GITHUB_EVENT_MISMATCH', message, { hint });
}
