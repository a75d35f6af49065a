import { Hono } from 'hono';
import type { Context } from 'hono';
import { html } from 'hono/html';
import { utcTime } from '../../../util/utc-time.ts';
import { latestStatus } from '../deployments.ts';
import type { GithubContext } from '../github-context.ts';
import { fullNameOf } from '../github-state.ts';
import { readCommit } from '../git/read-git.ts';
import { diffFiles } from '../git/diff-files.ts';
import { mergeStateOf } from '../pulls/merge-state.ts';
import type { IssueRecord, RepositoryRecord } from '../records.ts';
import { latestCheckRuns, latestStatuses } from '../rules/required-checks.ts';
import { rulesOf } from '../rules/rules-of.ts';
import { issueOf } from '../views/issue-view.ts';
import { comparePage } from './compare-page.ts';
import { markdownPage } from './markdown-page.ts';
import { fileDiffs, pageFrame, section } from './page-frame.ts';
import type { Page } from './page-frame.ts';

/** So many deployments are on their page. */
const DEPLOYMENTS_SHOWN = 100;

/** What the `html_url`s of the API lead to. Whoever can reach the port can read them: this computer alone. */
export function repositoryPages(context: GithubContext): Hono {
  const routes = new Hono().basePath('/:owner/:repo');
  const serve = (
    path: string,
    show: (repository: RepositoryRecord, c: Context) => Promise<Page | null> | Page | null,
  ): void => {
    routes.get(path, async (c, next) => {
      const { owner = '', repo = '' } = c.req.param() as { owner?: string; repo?: string };
      const repository = context.state.repository(owner, repo);
      const page = repository === null ? null : await show(repository, c);
      // The other platforms share the port.
      return page === null ? next() : c.html(page);
    });
  };
  serve('/', (repository) => overview(context, repository));
  for (const kind of ['pull', 'issues'])
    serve(`/${kind}/:number`, (repository, c) => {
      const issue = issueOf(context, repository, Number(c.req.param('number')));
      return issue === null ? null : discussion(context, repository, issue);
    });
  serve('/commit/:sha', (repository, c) => commitPage(context, repository, c.req.param('sha') ?? ''));
  serve('/compare/:range', (repository, c) => comparePage(context, repository, c.req.param('range') ?? ''));
  serve('/deployments/:rest{.*}', (repository) => deployments(context, repository));
  serve('/deployments', (repository) => deployments(context, repository));
  serve('/rules', (repository, c) => rules(context, repository, c.req.query('ref') ?? ''));
  serve('/runs/:id', (repository, c) => checkRun(context, repository, c.req.param('id') ?? ''));
  return routes;
}

function overview(context: GithubContext, repository: RepositoryRecord): Page {
  const { state } = context;
  const name = fullNameOf(repository);
  const refs = Object.entries(state.find('refs', repository.id)?.refs ?? {});
  const open = state.of('issues', repository.id).filter((issue) => issue.state === 'open');
  const isA = (prefix: string) => refs.filter(([ref]) => ref.startsWith(prefix));
  return pageFrame(
    name,
    html`<p>
        ${repository.isPrivate ? 'private' : 'public'} ·
        <code>git clone ${context.baseUrl}/${name}.git</code> · <a href="/${name}/actions">runs</a> ·
        <a href="/${name}/deployments">deployments</a>
      </p>
      ${section(
        'Open',
        open.map((issue) => issueRow(name, issue)),
      )}
      ${section(
        'Branches',
        isA('refs/heads/').map(([ref, sha]) => refRow(name, ref.slice('refs/heads/'.length), sha)),
      )}
      ${section(
        'Tags',
        isA('refs/tags/').map(([ref, sha]) => refRow(name, ref.slice('refs/tags/'.length), sha)),
      )}`,
  );
}

function issueRow(name: string, issue: IssueRecord): Page {
  const path = `/${name}/${issue.isPull ? 'pull' : 'issues'}/${issue.number}`;
  return html`<tr>
    <td>#${issue.number}</td>
    <td><a href="${path}">${issue.title}</a></td>
    <td>${issue.login}</td>
    <td>${issue.labels.join(', ')}</td>
  </tr>`;
}

function refRow(name: string, ref: string, sha: string): Page {
  return html`<tr>
    <td>${ref}</td>
    <td><a href="/${name}/commit/${sha}">${sha.slice(0, 7)}</a></td>
  </tr>`;
}

/** An issue, or a pull request with how it stands, and what was said. */
function discussion(context: GithubContext, repository: RepositoryRecord, issue: IssueRecord): Page {
  const { state } = context;
  const name = fullNameOf(repository);
  const pull = state.find('pulls', issue.id);
  const comments = state.of('comments', repository.id).filter(({ number }) => number === issue.number);
  const standing =
    pull === null || issue.state === 'open' ? issue.state : pull.mergedAt === null ? 'closed' : 'merged';
  const mergeable =
    pull === null || issue.state === 'closed' ? '' : ` · ${mergeStateOf(context, repository, pull)}`;
  return pageFrame(
    `${issue.title} #${issue.number}`,
    html`<p><b>${standing}</b>${mergeable} · by ${issue.login} · <a href="/${name}">${name}</a></p>
      ${
        pull === null
          ? ''
          : html`<p>
              ${pull.headOwner}:${pull.headRef} (<a href="/${name}/commit/${pull.headSha}"
                >${pull.headSha.slice(0, 7)}</a
              >) into ${pull.baseRef} · ${pull.size.commits} commits, ${pull.size.files} files,
              +${pull.size.additions} −${pull.size.deletions}
            </p>`
      }
      ${issue.body === null ? '' : markdownPage(issue.body)}
      ${pull === null ? '' : checks(context, repository, pull.headSha)}
      ${comments.map(
        (comment) =>
          html`<h2 id="issuecomment-${comment.id}">${comment.login}, ${utcTime(comment.createdAt)}</h2>
            ${markdownPage(comment.body)}`,
      )}`,
  );
}

/** What check runs and statuses say of a commit. */
function checks(context: GithubContext, repository: RepositoryRecord, sha: string): Page {
  const rows = [
    ...latestCheckRuns(context, repository, sha).map(({ name, status, conclusion, detailsUrl }) => ({
      name,
      standing: conclusion ?? status,
      url: detailsUrl,
    })),
    ...latestStatuses(context, repository, sha).map((one) => ({
      name: one.context,
      standing: `${one.state} ${one.description ?? ''}`,
      url: one.targetUrl,
    })),
  ];
  return section(
    'Checks',
    rows.map(
      ({ name, standing, url }) =>
        html`<tr>
          <td>${standing}</td>
          <td>${link(url, name)}</td>
        </tr>`,
    ),
  );
}

async function commitPage(
  context: GithubContext,
  repository: RepositoryRecord,
  sha: string,
): Promise<Page | null> {
  if (!/^[0-9a-f]{7,40}$/.test(sha)) return null;
  const dir = context.git.dirOf(repository.id);
  const commit = await readCommit(dir, sha);
  if (commit === null) return null;
  const files = await diffFiles(dir, { from: commit.parents[0] ?? null, to: commit.sha });
  const [title = '', ...body] = commit.message.split('\n');
  return pageFrame(
    title,
    html`<p>${commit.sha} · ${commit.author.name}, ${commit.author.date}</p>
      <pre>${body.join('\n').trim()}</pre>
      ${checks(context, repository, commit.sha)} ${fileDiffs(files)}`,
  );
}

function deployments(context: GithubContext, repository: RepositoryRecord): Page {
  const name = fullNameOf(repository);
  const shown = context.state.of('deployments', repository.id).toReversed().slice(0, DEPLOYMENTS_SHOWN);
  return pageFrame(
    `Deployments of ${name}`,
    html`${section(
      'Newest first',
      shown.map((deployment) => {
        const status = latestStatus(context, deployment);
        return html`<tr>
          <td>${(status?.state ?? 'pending').replaceAll('_', ' ')}</td>
          <td>${link(status?.environmentUrl ?? '', deployment.environment)}</td>
          <td>
            ${deployment.ref} (<a href="/${name}/commit/${deployment.sha}">${deployment.sha.slice(0, 7)}</a>)
          </td>
          <td>${deployment.login}, ${utcTime(deployment.createdAt)}</td>
          <td>${link(status?.logUrl ?? '', status?.description || 'log')}</td>
        </tr>`;
      }),
    )}`,
  );
}

function rules(context: GithubContext, repository: RepositoryRecord, ref: string): Page {
  const whole = ref === '' ? `refs/heads/${repository.defaultBranch}` : ref;
  return pageFrame(
    `Rules for ${whole}`,
    section(
      'In force',
      rulesOf(context, repository, whole).map(
        ({ type, parameters, ruleset }) =>
          html`<tr>
            <td>${type}</td>
            <td>${ruleset?.name ?? 'protection of the branch'}</td>
            <td><code>${JSON.stringify(parameters)}</code></td>
          </tr>`,
      ),
    ),
  );
}

function checkRun(context: GithubContext, repository: RepositoryRecord, id: string): Page | null {
  const run = context.state.find('check_runs', id);
  if (run === null || run.repositoryId !== repository.id) return null;
  const { title, summary, text, annotations } = run.output;
  return pageFrame(
    run.name,
    html`<p>
        <b>${run.conclusion ?? run.status}</b> ·
        <a href="/${fullNameOf(repository)}/commit/${run.headSha}">${run.headSha.slice(0, 7)}</a>
        ${title ?? ''}
      </p>
      ${markdownPage([summary, text].filter((one) => one !== null).join('\n\n'))}
      ${section(
        'Annotations',
        annotations.map(
          (one) =>
            html`<tr>
              <td>${one.annotation_level}</td>
              <td>${one.path}:${one.start_line}</td>
              <td>${one.message}</td>
            </tr>`,
        ),
      )}`,
  );
}

/** A link where there is an address, and one of the web: others, such as `javascript:`, are only text. */
function link(url: string | null, text: string): Page {
  return url !== null && /^https?:\/\//.test(url) ? html`<a href="${url}">${text}</a>` : html`${text}`;
}
