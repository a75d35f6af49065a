import { ToolError } from '../../diagnostics/tool-error.ts';
import type { FileChange, Remote, ScratchRepository } from '../../providers/git/scratch-repository.ts';
import { unreachable } from '../../util/assert.ts';
import type { LocalGithub } from './local-github.ts';
import type { ExpectedEvent, ExpectedEvents } from './rehearsal-end.ts';
import { rehearsalCommit, type RehearsedSource } from './rehearsal-commit.ts';
import { rehearsalWords, type Rehearsal } from './rehearsal.ts';

/** What a rehearsal is made with. */
export interface RehearsalScene {
  readonly github: LocalGithub;
  readonly scratch: ScratchRepository;
  readonly mainBranch: string;
  /** What the repository of the project has under a name; null where it has nothing of it. */
  readonly sourceOf: (ref: string) => Promise<RehearsedSource | null>;
  /** HEAD, where the project has no such branch or tag. */
  readonly head: RehearsedSource;
  /** What differs in the commit: files that were named, and GitHub workflows that are not committed. */
  readonly changesOf: (source: RehearsedSource) => Promise<readonly FileChange[]>;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
}

/** What was done, and what will come of it. */
export interface RehearsedAct {
  readonly expected: ExpectedEvents;
  /** The commit that was pushed, tagged or merged; null where none was. */
  readonly sha: string | null;
  readonly pullRequest: number | null;
}

/** Does what the rehearsal is of, as somebody would with git and in a browser. Throws with what has to be done before. */
export async function actOnGithub(scene: RehearsalScene, rehearsal: Rehearsal): Promise<RehearsedAct> {
  switch (rehearsal.kind) {
    case 'push': {
      const sha = await pushBranch(scene, rehearsal.branch, scene.github.remote, rehearsalWords(rehearsal));
      return { expected: [{ event: 'push' }], sha, pullRequest: null };
    }
    case 'tag':
      return pushTag(scene, rehearsal.tag);
    case 'pull-request':
      return actOnPullRequest(scene, rehearsal);
    case 'merge-queue':
      return mergeByQueue(scene, rehearsal.number);
    default:
      return unreachable(rehearsal);
  }
}

/** A commit of the project on top of what the branch there has. */
async function pushBranch(
  scene: RehearsalScene,
  branch: string,
  to: Remote,
  message: string,
  from = branch,
): Promise<string> {
  const { scratch, github } = scene;
  const source = (await scene.sourceOf(from)) ?? scene.head;
  const there = await scratch.remoteRefs(to);
  const tip = there.get(`refs/heads/${branch}`) ?? null;
  // A new branch begins where the main branch is.
  const base = tip ?? (branch === scene.mainBranch ? null : await mainOf(scene));
  if (base !== null) await scratch.fetch(tip === null ? github.remote : to, [base]);
  const start = await startOf(scratch, source, base);
  const changes = await scene.changesOf(start);
  const sha = await rehearsalCommit(scratch, { source: start, tip: base, changes, message, at: scene.now() });
  await scratch.push(to, [`${sha}:refs/heads/${branch}`]);
  if (tip === null && branch === scene.mainBranch) await github.defaultTo(branch);
  return sha;
}

/** Where the project has nothing new, what an earlier rehearsal changed stays changed. */
async function startOf(
  scratch: ScratchRepository,
  source: RehearsedSource,
  base: string | null,
): Promise<RehearsedSource> {
  if (base === null || source.folder !== '') return source;
  return (await scratch.isAncestor(source.commit, base)) ? { commit: base, folder: '' } : source;
}

async function mainOf({ scratch, github, mainBranch }: RehearsalScene): Promise<string | null> {
  return (await scratch.remoteRefs(github.remote)).get(`refs/heads/${mainBranch}`) ?? null;
}

/** The tag of the project where the local GitHub has its commit; else one on what is newest there. */
async function pushTag(scene: RehearsalScene, tag: string): Promise<RehearsedAct> {
  const { scratch, github, mainBranch } = scene;
  const refs = await scratch.remoteRefs(github.remote);
  if (refs.has(`refs/tags/${tag}`)) {
    throw new ToolError('PLAN_UNKNOWN_TRIGGER', `The local GitHub has a tag ${tag} already.`, {
      hint: 'Rehearse another one, or begin anew: glidepath cloud reset',
    });
  }
  const tip = refs.get(`refs/heads/${mainBranch}`);
  if (tip === undefined) throw nothingThere(mainBranch);
  await scratch.fetch(github.remote, [tip]);
  const own = await scene.sourceOf(`refs/tags/${tag}`);
  // One that is not on the main branch is pushed as it is: to see it refused is what a rehearsal is for.
  const sha = own === null || own.folder !== '' ? tip : own.commit;
  await scratch.push(github.remote, [`${sha}:refs/tags/${tag}`]);
  return { expected: [{ event: 'push' }], sha, pullRequest: null };
}

/** What the API tells of a pull request, as far as it is needed. */
interface Pull {
  readonly number: number;
  readonly state: 'open' | 'closed';
  readonly head: { readonly ref: string; readonly sha: string };
  readonly merge_commit_sha: string | null;
}

async function actOnPullRequest(
  scene: RehearsalScene,
  { number, action, isFromFork }: Extract<Rehearsal, { kind: 'pull-request' }>,
): Promise<RehearsedAct> {
  const { github, mainBranch } = scene;
  const path = `/repos/${github.repository}/pulls`;
  const found = (await github.call('GET', `${path}/${number}`, { absentAt: 404 })) as Pull | null;
  if (action === 'opened') {
    if (found !== null) throw alreadyThere(found);
    if ((await mainOf(scene)) === null) throw nothingThere(mainBranch);
    const branch = `rehearsal/pr-${number}`;
    const by = isFromFork ? await github.fork() : { remote: github.remote, token: undefined };
    const sha = await pushBranch(scene, branch, by.remote, `Rehearse pr ${number}`, 'HEAD');
    await github.numberNext(number);
    const owner = isFromFork ? new URL(by.remote.url).pathname.split('/')[1] : null;
    const body = {
      title: `Rehearsal of #${number}`,
      head: owner === null ? branch : `${owner}:${branch}`,
      base: mainBranch,
      body: 'Opened by `glidepath rehearse`.',
    };
    await github.call('POST', path, { body, ...(by.token === undefined ? {} : { token: by.token }) });
    await github.numberNext(null);
    return { expected: [{ event: 'pull_request' }], sha, pullRequest: number };
  }
  if (found === null || found.state === 'closed') throw notOpen(number, found !== null);
  if (action === 'updated') {
    const to = isFromFork ? (await github.fork()).remote : github.remote;
    const sha = await pushBranch(scene, found.head.ref, to, `Rehearse pr ${number} again`, 'HEAD');
    return { expected: [{ event: 'pull_request' }], sha, pullRequest: number };
  }
  if (action === 'closed') {
    await github.call('PATCH', `${path}/${number}`, { body: { state: 'closed' } });
    return { expected: [{ event: 'pull_request' }], sha: null, pullRequest: number };
  }
  const merged = await github.call('PUT', `${path}/${number}/merge`, { body: { merge_method: 'merge' } });
  return {
    expected: [{ event: 'pull_request' }, pushTo(mainBranch)],
    sha: (merged as { sha: string }).sha,
    pullRequest: number,
  };
}

/** Into the queue, from which it is merged once "CI gate" has passed for the merge commit. */
async function mergeByQueue(scene: RehearsalScene, asked: number | null): Promise<RehearsedAct> {
  const { github } = scene;
  const open = (await github.call('GET', `/repos/${github.repository}/pulls?state=open`)) as readonly Pull[];
  const number = asked ?? open.at(0)?.number;
  if (number === undefined) throw notOpen(1, false);
  if (!open.some((pull) => pull.number === number)) throw notOpen(number, false);
  await github.enqueue(number);
  return { expected: [{ event: 'merge_group' }, pushTo(scene.mainBranch)], sha: null, pullRequest: number };
}

function pushTo(branch: string): ExpectedEvent {
  return { event: 'push', ref: `refs/heads/${branch}` };
}

function nothingThere(mainBranch: string): ToolError {
  return new ToolError('PLAN_UNKNOWN_TRIGGER', `The local GitHub has no branch ${mainBranch} yet.`, {
    hint: `Rehearse a push first: glidepath rehearse push ${mainBranch}`,
  });
}

function alreadyThere({ number, state }: Pull): ToolError {
  return new ToolError('PLAN_UNKNOWN_TRIGGER', `Pull request ${number} was opened before; it is ${state}.`, {
    hint:
      state === 'open'
        ? `Rehearse a new commit on it: glidepath rehearse pr ${number} updated`
        : `Rehearse another one: glidepath rehearse pr ${number + 1} opened`,
  });
}

function notOpen(number: number, isClosed: boolean): ToolError {
  const how = isClosed ? 'is closed already' : 'is not open on the local GitHub';
  return new ToolError('PLAN_UNKNOWN_TRIGGER', `Pull request ${number} ${how}.`, {
    hint: `Open one first: glidepath rehearse pr ${isClosed ? number + 1 : number} opened`,
  });
}
