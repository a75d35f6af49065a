import type { GithubEvent } from '../events/github-event.ts';
import type { GithubContext } from '../github-context.ts';
import { commitOf, readCommit } from '../git/read-git.ts';
import { applyRefs, withRefs } from '../git/ref-changes.ts';
import type { RefUpdate } from '../git/ref-changes.ts';
import { emitPull } from '../pulls/apply-outcome.ts';
import { mergedSha } from '../pulls/merge-pull.ts';
import type { MergeMethod, QueueEntryRecord, RepositoryRecord } from '../records.ts';
import { missingChecks } from '../rules/required-checks.ts';
import { rulesOf } from '../rules/rules-of.ts';
import type { ActiveRule } from '../rules/rules-of.ts';
import { commitView } from '../views/commit-view.ts';

/** Who merges what went through a queue. */
export const QUEUE_LOGIN = 'github-merge-queue[bot]';

/** A queue settles in as many rounds as it has entries; more means that it never does. */
const ROUNDS_MAX = 100;

const BY = { login: QUEUE_LOGIN, cause: 'app' } as const;

/** Events after which something in a queue may go on. */
const MOVING: ReadonlySet<string> = new Set(['check_run', 'status', 'push', 'pull_request']);

/** Puts an open pull request into the queue of its base. Returns null when it cannot be: conflicting, draft, or no queue. */
export function enqueuePull(
  context: GithubContext,
  repository: RepositoryRecord,
  number: number,
  login: string,
): QueueEntryRecord | null {
  const { state, clock } = context;
  const pull = state.of('pulls', repository.id).find((one) => one.number === number);
  const isOpen = pull !== undefined && state.find('issues', pull.id)?.state === 'open';
  if (pull === undefined || !isOpen || pull.isDraft || pull.testMergeSha === null) return null;
  const rule = queueRule(rulesOf(context, repository, `refs/heads/${pull.baseRef}`));
  if (rule === null) return null;
  const known = state.of('queue', repository.id).find((entry) => entry.number === number);
  if (known !== undefined) return known;
  return state.together(() => {
    const entry = state.save('queue', {
      id: state.nextId(),
      repositoryId: repository.id,
      number,
      baseRef: pull.baseRef,
      headSha: pull.headSha,
      groupBase: null,
      groupSha: null,
      groupRef: null,
      isAsked: false,
      login,
      method: methodOf(rule),
      at: clock.now(),
    });
    emitPull(context, { pull, action: 'enqueued', by: { login, cause: 'person' } });
    return entry;
  });
}

/** Lets queues go on after something happened that may matter to them. */
export async function advanceOn(context: GithubContext, event: GithubEvent): Promise<void> {
  const repository = context.state.find('repositories', event.repositoryId);
  if (repository !== null && MOVING.has(event.name)) await advanceQueues(context, repository);
}

/**
 * Goes through the queues of a repository: builds groups that are not built yet, each on the one before; merges the first
 * when its required checks have passed; and throws out one whose checks failed, so that those behind it are built anew.
 */
export async function advanceQueues(context: GithubContext, repository: RepositoryRecord): Promise<void> {
  const { state } = context;
  if (state.of('queue', repository.id).length === 0) return;
  await withRefs(context, repository.id, async () => {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const bases = new Set(state.of('queue', repository.id).map(({ baseRef }) => baseRef));
      let hasMoved = false;
      for (const base of bases) hasMoved = (await advance(context, repository, base)) || hasMoved;
      if (!hasMoved) return;
    }
  });
}

/** One move of one queue; false when there is nothing to be done now. */
async function advance(
  context: GithubContext,
  repository: RepositoryRecord,
  baseRef: string,
): Promise<boolean> {
  const { state, git } = context;
  const entries = state.of('queue', repository.id).filter((entry) => entry.baseRef === baseRef);
  const tip = await commitOf(git.dirOf(repository.id), `refs/heads/${baseRef}`);
  const rules = rulesOf(context, repository, `refs/heads/${baseRef}`);
  const rule = queueRule(rules);
  const [first] = entries;
  if (first === undefined) return false;
  if (tip === null || rule === null) return dequeue(context, repository, first, 'QUEUE_CLEARED');
  let base = tip;
  for (const [index, entry] of entries.entries()) {
    const pull = state.of('pulls', repository.id).find((one) => one.number === entry.number);
    if (pull === undefined || pull.headSha !== entry.headSha)
      return dequeue(context, repository, entry, 'MANUAL');
    if (index >= entriesAtOnce(rule)) return false;
    if (entry.groupSha === null || entry.groupBase !== base || !entry.isAsked)
      return build(context, repository, entry, base);
    const missing = missingChecks(context, repository, rules, entry.groupSha);
    if (missing.some(({ state: is }) => is === 'failed'))
      return dequeue(context, repository, entry, 'CI_FAILURE');
    if (index === 0 && missing.length === 0) return merge(context, repository, entry, tip);
    base = entry.groupSha;
  }
  return false;
}

/** Makes the commit that an entry would be merged as, gives it a branch of its own, and asks for its checks. */
async function build(
  context: GithubContext,
  repository: RepositoryRecord,
  entry: QueueEntryRecord,
  base: string,
): Promise<boolean> {
  const { state, clock, git } = context;
  const pull = state.of('pulls', repository.id).find((one) => one.number === entry.number);
  const issue = pull === undefined ? null : state.find('issues', pull.id);
  if (pull === undefined || issue === null) return dequeue(context, repository, entry, 'MANUAL');
  const by = { name: 'GitHub', email: 'noreply@github.localhost', at: clock.now() };
  const order = { method: entry.method, title: null, message: null };
  const sha = await mergedSha(context, { pull, issue, base, by }, order);
  if (sha === null) return dequeue(context, repository, entry, 'MERGE_CONFLICT');
  const ref = `refs/heads/gh-readonly-queue/${entry.baseRef}/pr-${entry.number}-${base}`;
  const old: RefUpdate[] =
    entry.groupRef === null || entry.groupRef === ref ? [] : [{ ref: entry.groupRef, sha: null }];
  const built = state.save('queue', {
    ...entry,
    groupBase: base,
    groupSha: sha,
    groupRef: ref,
    isAsked: false,
  });
  await applyRefs(context, repository, BY, [...old, { ref, sha }]);
  const commit = await readCommit(git.dirOf(repository.id), sha);
  state.together(() => {
    state.save('queue', { ...built, isAsked: true });
    context.events.emit({
      name: 'merge_group',
      action: 'checks_requested',
      repository,
      sender: QUEUE_LOGIN,
      cause: BY.cause,
      payload: { merge_group: groupPayload(context, repository, built, commit) },
    });
  });
  return true;
}

async function merge(
  context: GithubContext,
  repository: RepositoryRecord,
  entry: QueueEntryRecord,
  tip: string,
): Promise<boolean> {
  const { groupSha, groupRef, baseRef, number } = entry;
  if (groupSha === null || groupRef === null) return false;
  await applyRefs(
    context,
    repository,
    BY,
    [
      { ref: `refs/heads/${baseRef}`, sha: groupSha, expected: tip },
      { ref: groupRef, sha: null },
    ],
    { number, sha: groupSha },
  );
  context.state.remove('queue', entry.id);
  tellDestroyed(context, repository, entry, 'merged');
  return true;
}

/** Takes an entry out without merging it. */
async function dequeue(
  context: GithubContext,
  repository: RepositoryRecord,
  entry: QueueEntryRecord,
  reason: 'CI_FAILURE' | 'MERGE_CONFLICT' | 'MANUAL' | 'QUEUE_CLEARED',
): Promise<boolean> {
  const { state } = context;
  const pull = state.of('pulls', repository.id).find((one) => one.number === entry.number);
  state.together(() => {
    state.remove('queue', entry.id);
    if (entry.groupSha !== null) tellDestroyed(context, repository, entry, 'invalidated');
    const isOpen = pull !== undefined && state.find('issues', pull.id)?.state === 'open';
    if (isOpen) emitPull(context, { pull, action: 'dequeued', by: BY, more: { reason } });
  });
  if (entry.groupRef !== null) await applyRefs(context, repository, BY, [{ ref: entry.groupRef, sha: null }]);
  return true;
}

function tellDestroyed(
  context: GithubContext,
  repository: RepositoryRecord,
  entry: QueueEntryRecord,
  reason: 'merged' | 'invalidated',
): void {
  context.state.together(() =>
    context.events.emit({
      name: 'merge_group',
      action: 'destroyed',
      repository,
      sender: QUEUE_LOGIN,
      cause: BY.cause,
      payload: { reason, merge_group: groupPayload(context, repository, entry, null) },
    }),
  );
}

function groupPayload(
  context: GithubContext,
  repository: RepositoryRecord,
  entry: QueueEntryRecord,
  commit: Awaited<ReturnType<typeof readCommit>>,
): object {
  return {
    head_sha: entry.groupSha,
    head_ref: entry.groupRef,
    base_sha: entry.groupBase,
    base_ref: `refs/heads/${entry.baseRef}`,
    head_commit:
      commit === null
        ? { id: entry.groupSha }
        : { id: commit.sha, ...commitView(context, repository, commit).commit },
  };
}

function queueRule(rules: readonly ActiveRule[]): ActiveRule | null {
  return rules.find(({ type }) => type === 'merge_queue') ?? null;
}

/** By the rule's own parameters (REST, "repository rules", `merge_queue`). */
function methodOf({ parameters }: ActiveRule): MergeMethod {
  const asked = parameters['merge_method'];
  if (asked === 'SQUASH') return 'squash';
  return asked === 'REBASE' ? 'rebase' : 'merge';
}

function entriesAtOnce({ parameters }: ActiveRule): number {
  const asked = Number(parameters['max_entries_to_build'] ?? 5);
  return Number.isInteger(asked) && asked > 0 ? asked : 5;
}
