import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { admit } from '../access/admit.ts';
import { causeOf } from '../access/caller.ts';
import type { Caller } from '../access/caller.ts';
import type { GithubContext } from '../github-context.ts';
import { GithubApiError, notFound, refused } from '../github-error.ts';
import { isAncestor, isSha, readCommit, readRefs } from '../git/read-git.ts';
import type { RefFacts } from '../git/read-git.ts';
import { applyRefs, RefConflictError, withRefs } from '../git/ref-changes.ts';
import type { RefUpdate } from '../git/ref-changes.ts';
import { tryGit } from '../git/run-git.ts';
import type { RepositoryRecord } from '../records.ts';
import { judgePush } from '../rules/push-policy.ts';
import { gitCommitView } from '../views/commit-view.ts';
import { repositoryUrl } from '../views/repository-view.ts';
import type { GithubSchemas } from '../views/schemas.ts';
import { nodeId } from '../views/view-basics.ts';
import { paginate, readBody, restOfPath } from './read-request.ts';

const READ = { permission: 'contents', level: 'read' } as const;
const WRITE = { permission: 'contents', level: 'write' } as const;
const NONE = '0'.repeat(40);
const REF = /^refs\/(?:heads|tags)\/(?!.*(?:\.\.|\/\/|@\{|[\s~^:?*[\\]))[^/.][^\s]*(?<![/.])$/;

const newRef = z.looseObject({ ref: z.string(), sha: z.string() });
const movedRef = z.looseObject({ sha: z.string(), force: z.boolean().default(false) });

/** Git's own things: refs, and commits as git has them. */
export function gitRoutes(context: GithubContext): Hono {
  const routes = new Hono().basePath('/repos/:owner/:repo/git');
  routes.get('/ref/:rest{.+}', async (c) => {
    const { repository } = admit(c, context, READ);
    const wanted = `refs/${restOfPath(c, '/git/ref/')}`;
    const found = (await refsOf(context, repository)).find(({ ref }) => ref === wanted);
    if (found === undefined) throw notFound();
    return c.json(refView(context, repository, found));
  });
  const matching = async (c: Context): Promise<Response> => {
    const { repository } = admit(c, context, READ);
    const prefix = `refs/${restOfPath(c, '/git/matching-refs/')}`;
    const found = (await refsOf(context, repository)).filter(({ ref }) => ref.startsWith(prefix));
    return c.json(paginate(c, context.baseUrl, found).map((one) => refView(context, repository, one)));
  };
  routes.get('/matching-refs/:rest{.+}', matching);
  routes.post('/refs', async (c) => {
    const { repository, caller } = admit(c, context, WRITE);
    const { ref, sha } = await readBody(c, newRef);
    if (!REF.test(ref)) throw refused('Reference name is not valid');
    await requireObject(context, repository, sha);
    await change(context, repository, caller, { ref, sha, expected: null });
    return c.json(refView(context, repository, await refOf(context, repository, ref)), 201);
  });
  routes.patch('/refs/:rest{.+}', async (c) => {
    const { repository, caller } = admit(c, context, WRITE);
    const { sha, force } = await readBody(c, movedRef);
    const before = await refOf(context, repository, `refs/${restOfPath(c, '/git/refs/')}`);
    await requireObject(context, repository, sha);
    const isForward = await isAncestor(context.git.dirOf(repository.id), before.sha, sha);
    if (!force && !isForward) throw refused('Update is not a fast forward');
    await change(context, repository, caller, { ref: before.ref, sha, expected: before.sha });
    return c.json(refView(context, repository, { ...before, sha }));
  });
  routes.delete('/refs/:rest{.+}', async (c) => {
    const { repository, caller } = admit(c, context, WRITE);
    const before = await refOf(context, repository, `refs/${restOfPath(c, '/git/refs/')}`);
    await change(context, repository, caller, { ref: before.ref, sha: null, expected: before.sha });
    return c.body(null, 204);
  });
  routes.get('/commits/:sha', async (c) => {
    const { repository } = admit(c, context, READ);
    const sha = c.req.param('sha');
    const commit = isSha(sha) ? await readCommit(context.git.dirOf(repository.id), sha) : null;
    if (commit === null) throw notFound();
    return c.json(gitCommitView(context, repository, commit));
  });
  return routes;
}

/** Changes one ref, held against its rules as a push is. Throws the API's 409 or 422. */
async function change(
  context: GithubContext,
  repository: RepositoryRecord,
  caller: Caller,
  update: RefUpdate & { readonly expected: string | null },
): Promise<void> {
  const { ref, sha, expected } = update;
  const command = { ref, before: expected ?? NONE, after: sha ?? NONE };
  const verdict = judgePush(context, repository, caller, [command]);
  if (verdict.refusal !== null) throw refused(`Repository rule violations found\n\n${verdict.refusal}`);
  const isForward =
    expected === null || sha === null || (await isAncestor(context.git.dirOf(repository.id), expected, sha));
  if (!isForward && verdict.fastForwardOnly.includes(ref))
    throw refused('Repository rule violations found\n\nCannot force-push to this branch');
  const by = { login: caller.account.login, cause: causeOf(caller) };
  try {
    await withRefs(context, repository.id, () => applyRefs(context, repository, by, [update]));
  } catch (error) {
    if (!(error instanceof RefConflictError)) throw error;
    throw expected === null
      ? refused('Reference already exists')
      : new GithubApiError(409, 'Reference cannot be updated');
  }
}

async function requireObject(
  context: GithubContext,
  repository: RepositoryRecord,
  sha: string,
): Promise<void> {
  const isThere =
    isSha(sha) &&
    (await tryGit({ dir: context.git.dirOf(repository.id), args: ['cat-file', '-e', sha] })).code === 0;
  if (!isThere) throw refused('Object does not exist');
}

async function refsOf(context: GithubContext, repository: RepositoryRecord): Promise<readonly RefFacts[]> {
  return readRefs(context.git.dirOf(repository.id));
}

async function refOf(context: GithubContext, repository: RepositoryRecord, ref: string): Promise<RefFacts> {
  const found = (await refsOf(context, repository)).find((one) => one.ref === ref);
  if (found === undefined) throw refused('Reference does not exist');
  return found;
}

function refView(
  context: GithubContext,
  repository: RepositoryRecord,
  { ref, sha, type }: RefFacts,
): GithubSchemas['git-ref'] {
  const url = repositoryUrl(context, repository);
  return {
    ref,
    node_id: nodeId('REF', `${repository.id}:${ref}`),
    url: `${url}/git/${ref}`,
    object: { sha, type, url: `${url}/git/${type}s/${sha}` },
  };
}
