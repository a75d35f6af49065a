import { ToolError } from '../../diagnostics/tool-error.ts';
import type { CodeHost } from '../code-host.ts';
import { commentFrom } from './from-wire.ts';
import type { GithubClient } from './github-client.ts';
import { isOutcomeUnknown } from './github-error.ts';
import { isTrusted } from './is-trusted.ts';
import { NOT_REPEATED, sendOnce } from './send-once.ts';
import type { WireComment } from './wire-types.ts';

/** GitHub's largest page. */
const PAGE = 100;
/** By how much our clock may be ahead of GitHub's, when something new is told from something old. Milliseconds. */
const CLOCK_SKEW_MS = 60_000;

type DiscussionWriter = Pick<
  CodeHost,
  'upsertComment' | 'addComment' | 'deleteComment' | 'createIssue' | 'dispatchWorkflow'
>;

/** Everything that people read, and what they start by hand. */
export function discussionWriter(client: GithubClient): DiscussionWriter {
  const { octokit, path, orNull } = client;
  const remove = async (id: number): Promise<void> => {
    await orNull(`delete comment ${id}`, () =>
      octokit.request('DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}', {
        ...path,
        comment_id: id,
      }),
    );
  };
  return {
    upsertComment: async (issue, marker, body) =>
      commentFrom(await upsert(client, remove, { issue, marker, body })),
    addComment: async (issue, body) => commentFrom(await addOnce(client, issue, body)),
    deleteComment: remove,
    createIssue: (issue) => createIssue(client, issue),
    dispatchWorkflow: (file, ref, inputs) => dispatch(client, file, ref, inputs),
  };
}

interface Sticky {
  readonly issue: number;
  readonly marker: string;
  readonly body: string;
}

async function upsert(
  client: GithubClient,
  remove: (id: number) => Promise<void>,
  { issue, marker, body }: Sticky,
): Promise<WireComment> {
  const text = body.includes(marker) ? body : `${marker}\n${body}`;
  const before = await ours(client, issue, marker);
  if (before !== undefined) return update(client, before, text);
  const added = await addOnce(client, issue, text, (each) => (each.body ?? '').includes(marker));
  // Two jobs that both found none have both written one: the older stays, whoever looks last tidies up.
  const first = await ours(client, issue, marker);
  if (first === undefined || first.id === added.id) return added;
  await remove(Number(added.id));
  return update(client, first, text);
}

/** The oldest comment with the marker that may be ours. */
async function ours(client: GithubClient, issue: number, marker: string): Promise<WireComment | undefined> {
  const found = await listComments(client, issue);
  return found.find((each) => (each.body ?? '').includes(marker) && isTrusted(each));
}

async function listComments({ octokit, path, run }: GithubClient, issue: number): Promise<WireComment[]> {
  const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
  return run(`read the comments on #${issue}`, () =>
    octokit.paginate(route, { ...path, issue_number: issue, per_page: PAGE }),
  );
}

async function update(
  { octokit, path, run }: GithubClient,
  comment: WireComment,
  body: string,
): Promise<WireComment> {
  if (comment.body === body) return comment;
  const { data } = await run(`change comment ${comment.id}`, () =>
    octokit.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
      ...path,
      comment_id: Number(comment.id),
      body,
    }),
  );
  return data;
}

async function addOnce(
  client: GithubClient,
  issue: number,
  body: string,
  isSame: (each: WireComment) => boolean = (each) => each.body === body,
): Promise<WireComment> {
  const { octokit, path, clock } = client;
  const since = clock.now() - CLOCK_SKEW_MS;
  return sendOnce<WireComment>(client, {
    words: `comment on #${issue}`,
    async send() {
      const { data } = await octokit.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
        ...path,
        issue_number: issue,
        body,
        request: NOT_REPEATED,
      });
      return data;
    },
    async find() {
      const found = await listComments(client, issue);
      return (
        found.find((each) => isSame(each) && isTrusted(each) && Date.parse(each.created_at) >= since) ?? null
      );
    },
  });
}

async function createIssue(
  client: GithubClient,
  issue: Parameters<CodeHost['createIssue']>[0],
): Promise<{ number: number; url: string }> {
  const { octokit, path, clock } = client;
  const { title, body, labels } = issue;
  const since = clock.now() - CLOCK_SKEW_MS;
  const made = await sendOnce(client, {
    words: `open the issue "${title}"`,
    async send() {
      const { data } = await octokit.request('POST /repos/{owner}/{repo}/issues', {
        ...path,
        title,
        body,
        labels: [...labels],
        request: NOT_REPEATED,
      });
      return { number: data.number, html_url: data.html_url };
    },
    async find() {
      const { data } = await octokit.request('GET /repos/{owner}/{repo}/issues', {
        ...path,
        state: 'open',
        per_page: PAGE,
      });
      return (
        data.find(
          (each) => each.title === title && each.body === body && Date.parse(each.created_at) >= since,
        ) ?? null
      );
    },
  });
  return { number: made.number, url: made.html_url };
}

/** How often it is looked whether a GitHub workflow was started whose start was not answered. */
const DISPATCH_LOOKS_MAX = 5;

/** A start cannot be told from another by its inputs, so without an answer it is looked for a run that was not there before. */
async function dispatch(
  client: GithubClient,
  file: string,
  ref: string,
  inputs: Readonly<Record<string, string>>,
): Promise<void> {
  const { octokit, path, run, clock, timing } = client;
  const listed = async (): Promise<readonly number[]> => {
    const { data } = await octokit.request('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs', {
      ...path,
      workflow_id: file,
      event: 'workflow_dispatch',
      per_page: PAGE,
    });
    return data.workflow_runs.map(({ id }) => Number(id));
  };
  const before = await run(`read the runs of ${file}`, listed);
  try {
    await run(`start ${file} at ${ref}`, () =>
      octokit.request('POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches', {
        ...path,
        workflow_id: file,
        ref: ref.replace(/^refs\/(heads|tags)\//, ''),
        inputs: { ...inputs },
        request: NOT_REPEATED,
      }),
    );
  } catch (error) {
    if (!isOutcomeUnknown(error)) throw error;
    for (let look = 1; look <= DISPATCH_LOOKS_MAX; look++) {
      await clock.sleep(timing.lostAnswerMs * look);
      const now = await run(`read the runs of ${file}`, listed);
      if (now.some((id) => !before.includes(id))) return;
    }
    throw new ToolError(
      error.code,
      `${error.message} Whether ${file} was started is not known; no run of it is there yet.`,
      {
        hint: `Look before it is started again: gh run list --workflow ${file}`,
      },
    );
  }
}
