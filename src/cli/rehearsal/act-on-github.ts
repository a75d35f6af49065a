import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Remote, ScratchRepository } from '../../providers/git/scratch-repository.ts';
import { unreachable } from '../../util/assert.ts';
import type { ExpectedEvent } from './rehearsal-end.ts';
import { rehearsalCommit, type RehearsedSource } from './rehearsal-commit.ts';
import { rehearsalWords, type Rehearsal } from './rehearsal.ts';
import { nothingThere, type RehearsalScene, type RehearsedAct } from './rehearsal-scene.ts';
import { startWorkflow } from './start-workflow.ts';

/** Does what the rehearsal is of, as somebody would with git and in a browser. Throws with what has to be done before. */
export async function actOnGithub(scene: RehearsalScene, rehearsal: Rehearsal): Promise<RehearsedAct> {
  switch (rehearsal.kind) {
    case 'push': {
      const { branch, from } = rehearsal;
      const sha =
        from === undefined
          ? await pushBranch(scene, branch, scene.github.remote, rehearsalWords(rehearsal))
          : await carryOn(scene, from, branch);
      return { expected: [{ event: 'push' }], sha, pullRequest: null };
    }
    case 'tag':
      return pushTag(scene, rehearsal.tag);
    case 'pull-request':
      return actOnPullRequest(scene, rehearsal);
    case 'merge-queue':
      return mergeByQueue(scene, rehearsal.number);
    case 'dispatch':
    case 'schedule':
      return startWorkflow(scene, rehearsal);
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

/** What has been rehearsed on one branch goes on to the next as it is, so that it is the very commit that passed. */
async function carryOn(
  { scratch, github, warn }: RehearsalScene,
  from: string,
  branch: string,
): Promise<string> {
  const refs = await scratch.remoteRefs(github.remote);
  const sha = refs.get(`refs/heads/${from}`);
  const tip = refs.get(`refs/heads/${branch}`);
  if (sha === undefined) throw nothingThere(from);
  const short = sha.slice(0, 7);
  if (sha === tip) {
    throw new ToolError('PLAN_UNKNOWN_TRIGGER', `${branch} is at ${short} already, as ${from} is.`, {
      hint: `Rehearse something new first: glidepath rehearse push ${from} --change FILE`,
    });
  }
  await scratch.fetch(github.remote, [sha, ...(tip === undefined ? [] : [tip])]);
  const isBehind = tip === undefined || (await scratch.isAncestor(tip, sha));
  // Only rehearsals wrote there: a commit of its own that an earlier one made must not be in the way of this one.
  if (!isBehind)
    warn(`! ${branch} had ${tip.slice(0, 7)}, which is not on ${from}: it is at ${short} from now on.`);
  await scratch.push(github.remote, [`${isBehind ? '' : '+'}${sha}:refs/heads/${branch}`]);
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
