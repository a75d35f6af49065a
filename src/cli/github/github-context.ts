import type { GithubEvent, GithubPullRequest } from '../../pipeline/github/github-event.ts';
import type { Json } from '../../util/json.ts';

/** Where a command runs inside GitHub Actions: the event, the run, and the files by which it speaks to the runner. */
export interface GithubContext extends GithubEvent {
  /** `owner/name`. */
  readonly repository: string;
  /** `https://github.com`, or where the pages of another GitHub are. */
  readonly serverUrl: string;
  /** `.github/workflows/deploy-production.yml`; null where the runner does not say. */
  readonly workflowPath: string | null;
  /** The `name:` of the GitHub workflow. */
  readonly workflow: string;
  /** The id of the job in its file. */
  readonly job: string;
  /** The page of this attempt. */
  readonly runUrl: string;
  /** What a person gave by hand to `workflow_dispatch`; strings, whatever their type. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The whole event. */
  readonly payload: Json;
  /** Files that are appended to; null where the runner gives none. */
  readonly outputFile: string | null;
  readonly summaryFile: string | null;
}

type Env = Readonly<Record<string, string | undefined>>;
type Fields = { readonly [key: string]: Json };

/**
 * Reads where a command runs from the variables that every job has (docs.github.com, "Variables reference"). Null
 * outside GitHub Actions. `readFile` gives the text of the event's file, null where there is none. Pure besides.
 */
export function githubContext(env: Env, readFile: (path: string) => string | null): GithubContext | null {
  if (env['GITHUB_ACTIONS'] !== 'true') return null;
  const payload = payloadIn(env['GITHUB_EVENT_PATH'], readFile);
  const repository = text(env['GITHUB_REPOSITORY']);
  const serverUrl = (env['GITHUB_SERVER_URL'] || 'https://github.com').replace(/\/$/, '');
  const runId = count(env['GITHUB_RUN_ID']);
  const attempt = Math.max(1, count(env['GITHUB_RUN_ATTEMPT']));
  const pullRequest = pullRequestIn(payload);
  const actor = text(env['GITHUB_ACTOR']);
  return {
    name: text(env['GITHUB_EVENT_NAME']),
    action: textOrNull(fieldsOf(payload)['action']),
    ...refOf(text(env['GITHUB_REF'])),
    sha: text(env['GITHUB_SHA']),
    isDeletion: fieldsOf(payload)['deleted'] === true,
    pullRequest,
    isFork: pullRequest !== null && !isSame(pullRequest.headRepository, repository),
    isDependabot: [pullRequest?.author, pullRequest === null ? actor : undefined].includes(DEPENDABOT),
    actor,
    triggeringActor: env['GITHUB_TRIGGERING_ACTOR'] || actor,
    runId,
    attempt,
    repository,
    serverUrl,
    workflowPath: workflowPathIn(env['GITHUB_WORKFLOW_REF'], repository),
    workflow: text(env['GITHUB_WORKFLOW']),
    job: text(env['GITHUB_JOB']),
    runUrl: `${serverUrl}/${repository}/actions/runs/${runId}${attempt > 1 ? `/attempts/${attempt}` : ''}`,
    inputs: inputsIn(payload),
    payload,
    outputFile: env['GITHUB_OUTPUT'] || null,
    summaryFile: env['GITHUB_STEP_SUMMARY'] || null,
  };
}

/** Its pull requests get no secrets, and neither do its pushes (docs.github.com, "Dependabot on GitHub Actions"). */
const DEPENDABOT = 'dependabot[bot]';

function refOf(ref: string): Pick<GithubEvent, 'ref' | 'refType' | 'refName'> {
  const kinds = { 'refs/heads/': 'branch', 'refs/tags/': 'tag', 'refs/pull/': 'pull' } as const;
  for (const [prefix, refType] of Object.entries(kinds)) {
    if (ref.startsWith(prefix)) return { ref, refType, refName: ref.slice(prefix.length) };
  }
  return { ref, refType: 'other', refName: ref };
}

/** `owner/name/.github/workflows/ci.yml@refs/heads/main` → `.github/workflows/ci.yml`. */
function workflowPathIn(workflowRef: string | undefined, repository: string): string | null {
  if (workflowRef === undefined || workflowRef === '') return null;
  const path = workflowRef.replace(/@[^@]*$/, '');
  return path.startsWith(`${repository}/`) ? path.slice(repository.length + 1) : path;
}

/** The file is GitHub's own; one that cannot be read says nothing, and what is not known is refused where it matters. */
function payloadIn(path: string | undefined, readFile: (path: string) => string | null): Json {
  const content = path === undefined || path === '' ? null : readFile(path);
  if (content === null) return {};
  try {
    return JSON.parse(content) as Json;
  } catch {
    return {};
  }
}

/** Of `pull_request` and its relatives. */
function pullRequestIn(payload: Json): GithubPullRequest | null {
  const found = fieldsOf(payload)['pull_request'];
  if (found === undefined || found === null) return null;
  const pull = fieldsOf(found);
  const head = fieldsOf(pull['head']);
  return {
    number: Number(pull['number'] ?? 0),
    title: text(pull['title']),
    author: text(fieldsOf(pull['user'])['login']),
    headSha: text(head['sha']),
    headRef: text(head['ref']),
    headRepository: textOrNull(fieldsOf(head['repo'])['full_name']),
    baseRef: text(fieldsOf(pull['base'])['ref']),
    isMerged: pull['merged'] === true,
    isDraft: pull['draft'] === true,
    labels: list(pull['labels']).map((label) => text(fieldsOf(label)['name'])),
    url: text(pull['html_url']),
  };
}

function inputsIn(payload: Json): Record<string, string> {
  const given = Object.entries(fieldsOf(fieldsOf(payload)['inputs']));
  return Object.fromEntries(
    given.flatMap(([name, value]) =>
      value === null ? [] : [[name, typeof value === 'object' ? JSON.stringify(value) : String(value)]],
    ),
  );
}

/** GitHub does not tell owners and names apart by their case. */
function isSame(a: string | null, b: string): boolean {
  return a !== null && a.toLowerCase() === b.toLowerCase();
}

function fieldsOf(value: Json | undefined): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function count(value: string | undefined): number {
  const number = Number(value);
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
}
