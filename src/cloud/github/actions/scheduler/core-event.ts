import type { Json } from '../../../../util/json.ts';
import { roleOf, atLeast } from '../../access/role-of.ts';
import type { GithubEvent as BusEvent } from '../../events/github-event.ts';
import { diffFiles } from '../../git/diff-files.ts';
import { commitOf, mergeBase, readCommit } from '../../git/read-git.ts';
import type { GithubContext } from '../../github-context.ts';
import { fullNameOf } from '../../github-state.ts';
import type { PullRecord, RepositoryRecord } from '../../records.ts';
import { EVENTS } from '../model/event-names.ts';
import type { EventName } from '../model/event-names.ts';
import type { EventSubject, GithubEvent, PullRequestSubject, PushSubject } from '../model/github-event.ts';
import type { JsonObject } from '../model/source.ts';
import type { ActionsStore } from '../store/actions-store.ts';

const CAUSES = { person: 'person', app: 'app', job: 'github-token' } as const;

/** What reading an event needs. */
export interface EventSources {
  readonly github: GithubContext;
  readonly store: ActionsStore;
}

/** An event with what the filters of `on` need of it; null when `on` does not know it, or its repository is empty. */
export async function coreEvent(sources: EventSources, event: BusEvent): Promise<GithubEvent | null> {
  const { github } = sources;
  const repository = github.state.find('repositories', event.repositoryId);
  if (repository === null || !isEventName(event.name)) return null;
  const dir = github.git.dirOf(repository.id);
  const defaultSha = await commitOf(dir, `refs/heads/${repository.defaultBranch}`);
  if (defaultSha === null) return null;
  const subject = await subjectOf(sources, repository, event);
  if (subject === null) return null;
  return {
    name: event.name,
    action: event.action ?? undefined,
    payload: event.payload as JsonObject,
    actor: { login: event.sender, by: CAUSES[event.cause] },
    repository: { fullName: fullNameOf(repository), defaultBranch: repository.defaultBranch, defaultSha },
    subject,
  };
}

function isEventName(name: string): name is EventName {
  return name in EVENTS;
}

async function subjectOf(
  sources: EventSources,
  repository: RepositoryRecord,
  event: BusEvent,
): Promise<EventSubject | null> {
  const dir = sources.github.git.dirOf(repository.id);
  const payload = event.payload as JsonObject;
  const at = (...path: readonly string[]): Json => pick(payload, path);
  switch (event.name) {
    case 'push':
      return pushSubject(dir, payload);
    case 'pull_request':
    case 'pull_request_target':
    case 'pull_request_review':
    case 'pull_request_review_comment':
      return pullSubject(sources.github, repository, Number(at('pull_request', 'number')));
    case 'workflow_run':
      return runSubject(sources.store, repository, at('workflow_run') as JsonObject);
    case 'merge_group':
      return {
        kind: 'ref',
        ref: text(at('merge_group', 'head_ref')),
        sha: text(at('merge_group', 'head_sha')),
        baseRef: text(at('merge_group', 'base_ref')).replace('refs/heads/', ''),
      };
    case 'create': {
      const ref = `refs/${at('ref_type') === 'tag' ? 'tags' : 'heads'}/${text(at('ref'))}`;
      const sha = await commitOf(dir, ref);
      return sha === null ? null : { kind: 'ref', ref, sha };
    }
    case 'deployment':
    case 'deployment_status': {
      const sha = text(at('deployment', 'sha'));
      return { kind: 'ref', ref: await fullRef(dir, text(at('deployment', 'ref'))), sha };
    }
    case 'release': {
      const ref = `refs/tags/${text(at('release', 'tag_name'))}`;
      const sha = await commitOf(dir, ref);
      return sha === null ? null : { kind: 'ref', ref, sha };
    }
    default:
      return { kind: 'default-branch' };
  }
}

async function pushSubject(dir: string, payload: JsonObject): Promise<PushSubject> {
  const ref = text(payload['ref'] ?? '');
  const [before, after] = [text(payload['before'] ?? ''), text(payload['after'] ?? '')];
  const commits = (payload['commits'] ?? []) as readonly JsonObject[];
  const deleted = payload['deleted'] === true;
  const from = payload['created'] === true ? await parentOf(dir, text(commits[0]?.['id'] ?? '')) : before;
  // An annotated tag points to its commit by way of itself.
  const sha = deleted ? after : ((await commitOf(dir, after)) ?? after);
  return {
    kind: 'push',
    ref,
    sha,
    deleted,
    tagsInPush: ref.startsWith('refs/tags/') ? 1 : 0,
    changedFiles: deleted || from === null ? undefined : await changed(dir, from, sha),
    headCommitMessage: text(pick(payload, ['head_commit', 'message'])),
  };
}

/** What is asked of a push to a new branch: what differs from before its first own commit. */
async function parentOf(dir: string, sha: string): Promise<string | null> {
  if (sha === '') return null;
  return (await readCommit(dir, sha))?.parents[0] ?? null;
}

async function pullSubject(
  github: GithubContext,
  repository: RepositoryRecord,
  number: number,
): Promise<PullRequestSubject | null> {
  const pull = github.state.of('pulls', repository.id).find((one) => one.number === number);
  const issue = pull === undefined ? null : github.state.find('issues', pull.id);
  if (pull === undefined || issue === null) return null;
  const dir = github.git.dirOf(repository.id);
  const head =
    pull.headRepositoryId === null ? null : github.state.find('repositories', pull.headRepositoryId);
  const base = await mergeBase(dir, pull.baseSha, pull.headSha);
  const merged = pull.mergedAt !== null;
  return {
    kind: 'pull-request',
    number,
    baseRef: pull.baseRef,
    headRef: pull.headRef,
    baseSha: pull.baseSha,
    headSha: pull.headSha,
    headRepository: head === null ? undefined : fullNameOf(head),
    mergeSha: (merged ? pull.mergeCommitSha : pull.testMergeSha) ?? undefined,
    merged,
    author: issue.login,
    authorIsFirstTime: isFirstTime(github, repository, pull, issue.login),
    changedFiles: base === null ? undefined : await changed(dir, base, pull.headSha),
    headCommitMessage: (await readCommit(dir, pull.headSha))?.message ?? '',
  };
}

/** Who may write is trusted, and whoever had something merged before. */
function isFirstTime(
  { state }: GithubContext,
  repository: RepositoryRecord,
  pull: PullRecord,
  login: string,
): boolean {
  const account = state.account(login);
  if (account !== null && atLeast(roleOf(state, account, repository), 'write')) return false;
  return !state
    .of('pulls', repository.id)
    .some(
      (one) => one.id !== pull.id && one.mergedAt !== null && state.find('issues', one.id)?.login === login,
    );
}

function runSubject(store: ActionsStore, repository: RepositoryRecord, run: JsonObject): EventSubject | null {
  const record = store.find('runs', Number(run['id']));
  if (record === null) return null;
  return {
    kind: 'workflow-run',
    workflowName: record.workflowName,
    headBranch: record.headBranch ?? '',
    headSha: record.headSha,
    headRepository: record.headRepository ?? fullNameOf(repository),
    event: record.event as EventName,
    runAttempt: record.attempt,
    chainDepth: record.chainDepth,
  };
}

async function fullRef(dir: string, name: string): Promise<string> {
  for (const ref of [`refs/heads/${name}`, `refs/tags/${name}`])
    if ((await commitOf(dir, ref)) !== null) return ref;
  return '';
}

/** Paths, also those that something was renamed from; undefined when it cannot be told. */
async function changed(dir: string, from: string, to: string): Promise<readonly string[] | undefined> {
  if ((await readCommit(dir, from)) === null) return undefined;
  const files = await diffFiles(dir, { from, to }, { patches: false });
  return files.flatMap(({ path, previousPath }) => (previousPath === null ? [path] : [path, previousPath]));
}

function pick(value: Json, path: readonly string[]): Json {
  let at: Json = value;
  for (const name of path) at = (at as JsonObject | null | undefined)?.[name] ?? null;
  return at;
}

function text(value: Json): string {
  return typeof value === 'string' ? value : '';
}
