import type { Pusher } from './pusher.ts';
import type { GithubContext } from '../github-context.ts';
import { refreshPulls } from '../pulls/refresh-pulls.ts';
import type { PullOutcome } from '../pulls/refresh-pulls.ts';
import { applyOutcome } from '../pulls/apply-outcome.ts';
import type { PushRecord } from '../event-records.ts';
import type { RepositoryRecord } from '../records.ts';
import { emitPush, readChange } from './push-events.ts';
import type { RefChange } from './push-events.ts';
import { readRefs } from './read-git.ts';
import { GitError, tryGit } from './run-git.ts';

/** Tags pushed at once beyond so many are told of by no event (github-actions.md §1.2). */
const TAGS_TOLD_MAX = 3;

/** Branches and tags: what events are told of. */
const TOLD = ['refs/heads/', 'refs/tags/'] as const;

/** One ref to be set, or deleted by `sha: null`. */
export interface RefUpdate {
  readonly ref: string;
  readonly sha: string | null;
  /** What it must be before; null: not there. Left out: whatever it is. */
  readonly expected?: string | null;
}

/** Another change was faster. */
export class RefConflictError extends Error {
  override readonly name: string = 'RefConflictError';
}

/** Does `task` while nobody else changes refs of that repository. */
export function withRefs<T>(
  context: GithubContext,
  repositoryId: number,
  task: () => Promise<T>,
): Promise<T> {
  return context.refsQueue(repositoryId).run(task);
}

/** Writes down who is about to change refs, so that a killed cloud can still tell; to be called within {@link withRefs}. */
export function beginPush(
  { state }: GithubContext,
  repository: RepositoryRecord,
  by: Pusher,
  merge: PushRecord['merge'] = null,
): PushRecord {
  return state.save('pushes', {
    id: state.nextId(),
    repositoryId: repository.id,
    ...by,
    pid: null,
    processIdentity: null,
    merge,
  });
}

/**
 * Changes refs, all or none, and does what follows from it; to be called within {@link withRefs}. Throws
 * {@link RefConflictError} when one of them is not what it was taken for.
 */
export async function applyRefs(
  context: GithubContext,
  repository: RepositoryRecord,
  by: Pusher,
  updates: readonly RefUpdate[],
  merge: PushRecord['merge'] = null,
): Promise<void> {
  const push = beginPush(context, repository, by, merge);
  const dir = context.git.dirOf(repository.id);
  const { code, stderr } = await tryGit({
    dir,
    args: ['update-ref', '--stdin', '-z'],
    input: updates.map(line).join(''),
  });
  if (code !== 0) {
    context.state.remove('pushes', push.id);
    if (/cannot lock ref|reference already exists|but expected|unable to resolve/.test(stderr))
      throw new RefConflictError(stderr.trim());
    throw new GitError(`git update-ref ended with ${code}: ${stderr.trim()}`);
  }
  await settleRefs(context, repository.id, push);
}

const NONE = '0'.repeat(40);

function line({ ref, sha, expected }: RefUpdate): string {
  const old = expected === undefined ? '' : (expected ?? NONE);
  return sha === null ? `delete ${ref}\u0000${old}\u0000` : `update ${ref}\u0000${sha}\u0000${old}\u0000`;
}

/** Finds out what changed since all was settled, and does what follows: pull requests, events, and the record of it. */
export async function settleRefs(
  context: GithubContext,
  repositoryId: number,
  push: PushRecord,
): Promise<readonly RefChange[]> {
  const { state, git, clock } = context;
  const repository = state.find('repositories', repositoryId);
  if (repository === null) return [];
  const dir = git.dirOf(repositoryId);
  const now = new Map((await readRefs(dir, ...TOLD)).map(({ ref, sha }) => [ref, sha]));
  const before = new Map(Object.entries(state.find('refs', repositoryId)?.refs ?? {}));
  const names = [...new Set([...before.keys(), ...now.keys()])].filter(
    (ref) => before.get(ref) !== now.get(ref),
  );
  const changes: RefChange[] = [];
  for (const ref of names)
    changes.push(
      await readChange(dir, { ref, before: before.get(ref) ?? null, after: now.get(ref) ?? null }, before),
    );
  const kept = changes.length === 0 ? repository : withFirstBranch(repository, now);
  // Before the record of it: should this process die in between, the refs are settled again.
  if (kept.defaultBranch !== repository.defaultBranch) await git.pointHead(repositoryId, kept.defaultBranch);
  const outcomes: readonly PullOutcome[] = await refreshPulls(context, repository, changes, push);
  state.together(() => {
    state.save('refs', { id: repositoryId, refs: Object.fromEntries(now) });
    const changed =
      changes.length === 0 ? repository : state.save('repositories', { ...kept, pushedAt: clock.now() });
    for (const change of told(changes)) emitPush(context, changed, push, change);
    for (const outcome of outcomes) applyOutcome(context, outcome, push);
    state.remove('pushes', push.id);
  });
  return changes;
}

/** Of many tags at once none is told of. */
function told(changes: readonly RefChange[]): readonly RefChange[] {
  const isTag = ({ ref }: RefChange): boolean => ref.startsWith('refs/tags/');
  return changes.filter(isTag).length > TAGS_TOLD_MAX ? changes.filter((change) => !isTag(change)) : changes;
}

/** The first branch that is pushed into an empty repository becomes its default branch, if the default is not there. */
function withFirstBranch(repository: RepositoryRecord, refs: ReadonlyMap<string, string>): RepositoryRecord {
  if (refs.has(`refs/heads/${repository.defaultBranch}`)) return repository;
  const branches = [...refs.keys()].filter((ref) => ref.startsWith('refs/heads/'));
  const [only] = branches;
  return branches.length === 1 && only !== undefined
    ? { ...repository, defaultBranch: only.slice('refs/heads/'.length) }
    : repository;
}
