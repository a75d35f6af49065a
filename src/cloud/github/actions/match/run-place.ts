import type { EventName } from '../model/event-names.ts';
import type { GithubEvent, PullRequestSubject, PushSubject, RunPlace } from '../model/github-event.ts';
import type { JsonObject } from '../model/source.ts';
import { asksToSkip } from './skip-ci.ts';

/** Where the runs of an event take place, or why it starts none, whatever the workflows say. */
export type RunPlaceVerdict = { readonly place: RunPlace } | { readonly none: string };

/** More tags than these in one push make no event. docs: events-that-trigger-workflows#push. */
const TAGS_MAX = 3;
/** A, then B to D by workflow_run; E does not run any more. docs: events-that-trigger-workflows#workflow_run. */
const CHAIN_MAX = 3;

const DEPENDABOT = 'dependabot[bot]';
/** What runs of Dependabot are treated as those of a fork for. docs: dependabot-on-actions. */
const DEPENDABOT_EVENTS: readonly EventName[] = [
  'push',
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'create',
  'deployment',
  'deployment_status',
];
const OF_PULL_REQUEST: readonly EventName[] = [
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
];

/**
 * Where the runs of an event take place: GITHUB_REF, GITHUB_SHA, the commit whose file counts, and how far they are
 * trusted. docs: events-that-trigger-workflows, the table of each event.
 */
export function runPlaceOf(event: GithubEvent): RunPlaceVerdict {
  const none = startsNothing(event);
  if (none !== undefined) return { none };
  const { subject } = event;
  if (subject.kind === 'push') return { place: pushPlace(event, subject) };
  if (subject.kind === 'pull-request') return pullRequestPlace(event, subject);
  if (subject.kind === 'ref' && event.name !== 'delete') {
    return { place: { ref: subject.ref, sha: subject.sha, fileSha: subject.sha, ...trusted(event) } };
  }
  return { place: defaultPlace(event) };
}

function startsNothing(event: GithubEvent): string | undefined {
  const { subject, payload } = event;
  if (event.actor.by === 'github-token' && !tokenMayStart(event)) {
    return 'it was caused with a GITHUB_TOKEN, which starts nothing but workflow_dispatch and repository_dispatch';
  }
  if ((subject.kind === 'push' || subject.kind === 'ref') && (subject.tagsInPush ?? 0) > TAGS_MAX) {
    return `${subject.tagsInPush} tags were pushed at once; more than ${TAGS_MAX} make no event`;
  }
  if (subject.kind === 'workflow-run' && subject.chainDepth >= CHAIN_MAX) {
    return `workflow_run goes on over at most ${CHAIN_MAX} levels`;
  }
  if (asksToSkip(event)) return 'the commit message asks to skip it ([skip ci] and the like)';
  if (event.name === 'deployment_status' && at(payload, 'deployment_status', 'state') === 'inactive') {
    return 'a deployment that becomes inactive starts nothing';
  }
  if (event.name === 'release' && at(payload, 'release', 'draft') === true && event.action !== 'published') {
    return 'a draft release starts nothing';
  }
  if (isCheckOfActions(event)) return 'the checks of GitHub Actions itself start nothing';
  return undefined;
}

/** Pull requests that a token opened or updated make runs that wait for approval. docs: #pull_request. */
function tokenMayStart({ name, action }: GithubEvent): boolean {
  if (name === 'workflow_dispatch' || name === 'repository_dispatch') return true;
  return name === 'pull_request' && ['opened', 'synchronize', 'reopened'].includes(action ?? '');
}

function isCheckOfActions({ name, payload }: GithubEvent): boolean {
  const suite = name === 'check_run' ? at(payload, 'check_run', 'check_suite') : payload['check_suite'];
  if (name !== 'check_run' && name !== 'check_suite') return false;
  return at((suite ?? {}) as JsonObject, 'app', 'slug') === 'github-actions';
}

function pushPlace(event: GithubEvent, subject: PushSubject): RunPlace {
  // What is gone has no file and no commit any more: both are taken from the default branch.
  if (subject.deleted) return { ...defaultPlace(event), ...trusted(event) };
  return { ref: subject.ref, sha: subject.sha, fileSha: subject.sha, ...trusted(event) };
}

function pullRequestPlace(event: GithubEvent, subject: PullRequestSubject): RunPlaceVerdict {
  if (!OF_PULL_REQUEST.includes(event.name)) return { place: defaultPlace(event) };
  const { mergeSha: sha } = subject;
  if (sha === undefined) return { none: 'the pull request has a merge conflict' };
  const isMerged = subject.merged && event.action === 'closed';
  const ref = isMerged ? `refs/heads/${subject.baseRef}` : `refs/pull/${subject.number}/merge`;
  const isFork = subject.headRepository !== event.repository.fullName;
  const trust = isFork || subject.author === DEPENDABOT ? 'fork' : trusted(event).trust;
  const needsApproval = (isFork && subject.authorIsFirstTime) || event.actor.by === 'github-token';
  return { place: { ref, sha, fileSha: sha, trust, needsApproval } };
}

function defaultPlace({ repository }: GithubEvent): RunPlace {
  const { defaultBranch, defaultSha: sha } = repository;
  return { ref: `refs/heads/${defaultBranch}`, sha, fileSha: sha, trust: 'full', needsApproval: false };
}

function trusted({ name, actor }: GithubEvent): Pick<RunPlace, 'trust' | 'needsApproval'> {
  const isDependabot = actor.login === DEPENDABOT && DEPENDABOT_EVENTS.includes(name);
  return { trust: isDependabot ? 'fork' : 'full', needsApproval: false };
}

function at(object: JsonObject, first: string, second: string): unknown {
  return (object[first] as JsonObject | null | undefined)?.[second];
}
