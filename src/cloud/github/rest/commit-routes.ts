import { Hono } from 'hono';
import type { Context } from 'hono';
import { admit } from '../access/admit.ts';
import type { GithubContext } from '../github-context.ts';
import { GithubApiError, notFound } from '../github-error.ts';
import {
  commitOf,
  countCommits,
  mergeBase,
  readBlob,
  readCommit,
  readCommits,
  readRefs,
} from '../git/read-git.ts';
import type { CommitFacts } from '../git/read-git.ts';
import { diffFiles } from '../git/diff-files.ts';
import type { FileChange } from '../git/diff-files.ts';
import type { RepositoryRecord } from '../records.ts';
import { rulesOf } from '../rules/rules-of.ts';
import { requiredChecks } from '../rules/required-checks.ts';
import { commitView, fileView } from '../views/commit-view.ts';
import { repositoryPage, repositoryUrl } from '../views/repository-view.ts';
import { paginate } from './read-request.ts';

const READ = { permission: 'contents', level: 'read' } as const;

/** A list of commits is read so far back. */
const COMMITS_MAX = 1_000;
/** A comparison tells of so many commits (REST, "compare two commits"). */
const COMPARED_MAX = 250;

/** Branches, tags, commits and how two of them differ. */
export function commitRoutes(context: GithubContext): Hono {
  const routes = new Hono().basePath('/repos/:owner/:repo');
  routes.get('/branches', async (c) => {
    const { repository } = admit(c, context, READ);
    const refs = await readRefs(context.git.dirOf(repository.id), 'refs/heads/');
    const branches = refs.map(({ ref, sha }) => shortBranch(context, repository, ref, sha));
    const wanted = c.req.query('protected');
    const shown = branches.filter((one) => wanted === undefined || String(one.protected) === wanted);
    return c.json(paginate(c, context.baseUrl, shown));
  });
  routes.get('/branches/:branch{.+}', async (c, next) => {
    const branch = decodeURIComponent(c.req.param('branch'));
    if (branch.endsWith('/protection') || branch.includes('/protection/')) return next();
    const { repository } = admit(c, context, READ);
    return c.json(await branchView(context, repository, branch));
  });
  routes.get('/tags', async (c) => {
    const { repository } = admit(c, context, READ);
    return c.json(paginate(c, context.baseUrl, await tagsOf(context, repository)));
  });
  routes.get('/commits', async (c) => {
    const { repository } = admit(c, context, READ);
    return listCommits(c, context, repository);
  });
  routes.get('/compare/:range{.+}', (c) => compare(c, context));
  routes.get('/contents/:path{.*}', (c) => contents(c, context));
  routes.get('/commits/:ref{.+}', async (c) => {
    const { repository } = admit(c, context, READ);
    return oneCommit(c, context, repository, decodeURIComponent(c.req.param('ref')));
  });
  return routes;
}

/** The commit of a name in a path. Throws the API's 422, as GitHub does for these. */
export async function requireCommit(
  context: GithubContext,
  repository: RepositoryRecord,
  name: string,
): Promise<string> {
  const sha = await commitOf(context.git.dirOf(repository.id), name);
  if (sha === null) throw new GithubApiError(422, `No commit found for SHA: ${name}`);
  return sha;
}

function shortBranch(context: GithubContext, repository: RepositoryRecord, ref: string, sha: string) {
  const name = ref.slice('refs/heads/'.length);
  const rules = rulesOf(context, repository, ref);
  const url = repositoryUrl(context, repository);
  return {
    name,
    commit: { sha, url: `${url}/commits/${sha}` },
    protected: rules.length > 0,
    protection: {
      enabled: rules.some(({ ruleset }) => ruleset === null),
      required_status_checks: {
        enforcement_level: requiredChecks(rules).length > 0 ? 'non_admins' : 'off',
        contexts: requiredChecks(rules).map((check) => check.context),
        checks: requiredChecks(rules).map((check) => ({
          context: check.context,
          app_id: check.integration_id ?? null,
        })),
      },
    },
    protection_url: `${url}/branches/${encodeURIComponent(name)}/protection`,
  };
}

async function branchView(
  context: GithubContext,
  repository: RepositoryRecord,
  name: string,
): Promise<object> {
  const ref = `refs/heads/${name}`;
  const dir = context.git.dirOf(repository.id);
  const found = (await readRefs(dir, ref)).find((one) => one.ref === ref);
  const commit = found === undefined ? null : await readCommit(dir, found.sha);
  if (found === undefined || commit === null) throw new GithubApiError(404, 'Branch not found');
  const page = repositoryPage(context, repository);
  return {
    ...shortBranch(context, repository, ref, found.sha),
    commit: commitView(context, repository, commit),
    _links: { self: `${repositoryUrl(context, repository)}/branches/${name}`, html: `${page}/tree/${name}` },
  };
}

async function tagsOf(context: GithubContext, repository: RepositoryRecord): Promise<object[]> {
  const dir = context.git.dirOf(repository.id);
  const url = repositoryUrl(context, repository);
  const tags: object[] = [];
  for (const { ref } of (await readRefs(dir, 'refs/tags/')).toReversed()) {
    const sha = await commitOf(dir, ref);
    const name = ref.slice('refs/tags/'.length);
    if (sha !== null)
      tags.push({
        name,
        commit: { sha, url: `${url}/commits/${sha}` },
        zipball_url: `${url}/zipball/${ref}`,
        tarball_url: `${url}/tarball/${ref}`,
        node_id: ref,
      });
  }
  return tags;
}

async function listCommits(
  c: Context,
  context: GithubContext,
  repository: RepositoryRecord,
): Promise<Response> {
  const dir = context.git.dirOf(repository.id);
  const start = c.req.query('sha') ?? repository.defaultBranch;
  const sha = await commitOf(dir, start);
  if (sha === null && c.req.query('sha') === undefined)
    throw new GithubApiError(409, 'Git Repository is empty.');
  if (sha === null) throw notFound();
  const path = c.req.query('path');
  const args = [`--max-count=${COMMITS_MAX}`, sha, '--', ...(path === undefined ? [] : [path])];
  const commits = paginate(c, context.baseUrl, await readCommits(dir, args));
  return c.json(commits.map((commit) => commitView(context, repository, commit)));
}

async function oneCommit(
  c: Context,
  context: GithubContext,
  repository: RepositoryRecord,
  name: string,
): Promise<Response> {
  const dir = context.git.dirOf(repository.id);
  const sha = await requireCommit(context, repository, name);
  // Asked for so, GitHub says the hash and nothing else.
  if (/vnd\.github\.(?:v3\.)?sha/.test(c.req.header('accept') ?? '')) return c.text(sha);
  const commit = await readCommit(dir, sha);
  if (commit === null) throw notFound();
  const files = await diffFiles(dir, { from: commit.parents[0] ?? null, to: sha });
  return c.json({
    ...commitView(context, repository, commit),
    stats: statsOf(files),
    files: files.map((file) => fileView(context, repository, file, sha)),
  });
}

function statsOf(files: readonly FileChange[]): object {
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return { total: additions + deletions, additions, deletions };
}

async function compare(c: Context, context: GithubContext): Promise<Response> {
  const { repository } = admit(c, context, READ);
  const dir = context.git.dirOf(repository.id);
  const range = decodeURIComponent(c.req.param('range') ?? '');
  const [baseName = '', headName = ''] = range.split('...');
  const [base, head] = [await commitOf(dir, plainName(baseName)), await commitOf(dir, plainName(headName))];
  const from = base === null || head === null ? null : await mergeBase(dir, base, head);
  const facts = from === null ? null : await readCommit(dir, from);
  const baseFacts = base === null ? null : await readCommit(dir, base);
  if (base === null || head === null || facts === null || baseFacts === null) throw notFound();
  const aheadBy = await countCommits(dir, `${base}..${head}`);
  const behindBy = await countCommits(dir, `${head}..${base}`);
  const commits = await readCommits(dir, [`--max-count=${COMPARED_MAX}`, `${base}..${head}`, '--']);
  const files = await diffFiles(dir, { from, to: head });
  const view = (commit: CommitFacts): object => commitView(context, repository, commit);
  const [url, page] = [repositoryUrl(context, repository), repositoryPage(context, repository)];
  return c.json({
    url: `${url}/compare/${baseName}...${headName}`,
    html_url: `${page}/compare/${baseName}...${headName}`,
    permalink_url: `${page}/compare/${base}...${head}`,
    diff_url: `${page}/compare/${baseName}...${headName}.diff`,
    patch_url: `${page}/compare/${baseName}...${headName}.patch`,
    base_commit: view(baseFacts),
    merge_base_commit: view(facts),
    status:
      aheadBy > 0 && behindBy > 0
        ? 'diverged'
        : aheadBy > 0
          ? 'ahead'
          : behindBy > 0
            ? 'behind'
            : 'identical',
    ahead_by: aheadBy,
    behind_by: behindBy,
    total_commits: aheadBy,
    commits: commits.toReversed().map(view),
    files: files.map((file) => fileView(context, repository, file, head)),
  });
}

/** `owner:branch` of the same repository is its branch. */
function plainName(name: string): string {
  return name.includes(':') ? name.slice(name.lastIndexOf(':') + 1) : name;
}

/** A file, in base64, as most clients read one. */
async function contents(c: Context, context: GithubContext): Promise<Response> {
  const { repository } = admit(c, context, READ);
  const dir = context.git.dirOf(repository.id);
  const path = decodeURIComponent(c.req.param('path') ?? '');
  const sha = await commitOf(dir, c.req.query('ref') ?? repository.defaultBranch);
  const file = sha === null ? null : await readBlob(dir, sha, path);
  if (sha === null || file === null) throw notFound();
  const { text } = file;
  if (/vnd\.github\.(?:v3\.)?raw/.test(c.req.header('accept') ?? '')) return c.text(text);
  const [url, page] = [repositoryUrl(context, repository), repositoryPage(context, repository)];
  const self = `${url}/contents/${path}?ref=${c.req.query('ref') ?? repository.defaultBranch}`;
  const [git, html] = [`${url}/git/blobs/${file.sha}`, `${page}/blob/${sha}/${path}`];
  return c.json({
    type: 'file',
    encoding: 'base64',
    size: Buffer.byteLength(text),
    name: path.split('/').at(-1) ?? path,
    path,
    content: Buffer.from(text).toString('base64'),
    sha: file.sha,
    url: self,
    git_url: git,
    html_url: html,
    download_url: `${page}/raw/${sha}/${path}`,
    _links: { git, self, html },
  });
}
