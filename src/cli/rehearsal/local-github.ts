import { askCloud } from '../../cloud/control/client.ts';
import type { CloudInfo } from '../../cloud/control/cloud-info.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Remote } from '../../providers/git/scratch-repository.ts';
import type { Fetch } from '../../util/fetch.ts';

/** Who opens pull requests from forks: somebody without rights in the repository. */
export const CONTRIBUTOR = 'contributor';

/** The repository on the local GitHub, and what people do there by hand. */
export interface LocalGithub {
  /** `owner/name`. */
  readonly repository: string;
  readonly url: string;
  readonly remote: Remote;
  /** Makes the repository where it is not there yet. */
  ensure(defaultBranch: string): Promise<void>;
  /**
   * Makes a branch that is there the default one. The first that was pushed became it, as on GitHub, and that one is not
   * always the main branch.
   */
  defaultTo(branch: string): Promise<void>;
  /** A fork of it, and what opens that. */
  fork(): Promise<{ readonly remote: Remote; readonly token: string }>;
  /** Makes somebody who may write to the repository, where nobody of that name may. */
  ensureMember(login: string): Promise<void>;
  /** The next issue or pull request gets this number; null: the one after all that are there. */
  numberNext(number: number | null): Promise<void>;
  /** Puts a pull request into the merge queue of its base, as its button does. */
  enqueue(number: number): Promise<void>;
  /** What is written in the schedule of a GitHub workflow happens now, `operations.yml`. Throws CLOUD_REFUSED where it has none. */
  fireSchedule(workflow: string): Promise<void>;
  /** Jobs go on where these actions have nothing to set up, of which there is no program on this machine. */
  allowWithoutTool(actions: readonly string[]): Promise<void>;
  /** One call of the API, by the owner or by whoever a token is of. Throws PROVIDER_REJECTED. */
  call(method: string, path: string, options?: LocalCall): Promise<unknown>;
}

/** What one call is made with. */
export interface LocalCall {
  readonly body?: unknown;
  /** Of somebody else than the owner. */
  readonly token?: string;
  /** Null is returned for this status, instead of an error. */
  readonly absentAt?: number;
  /** What to do when it is refused. */
  readonly hint?: string;
}

/** Opens the repository of a project on the local GitHub; nothing is asked before it is needed. */
export function openLocalGithub(cloud: CloudInfo, repository: string, fetch: Fetch): LocalGithub {
  const base = `http://127.0.0.1:${cloud.apiPort}`;
  const remoteOf = (name: string, token: string): Remote => ({ url: `${base}/${name}.git`, token });
  const name = repository.slice(repository.indexOf('/') + 1);
  const github: LocalGithub = {
    repository,
    url: `${base}/${repository}`,
    remote: remoteOf(repository, cloud.token),
    async ensure(defaultBranch) {
      await askCloud(cloud, 'PUT', '/github/repositories', { repository, defaultBranch });
    },
    async defaultTo(branch) {
      const found = (await github.call('GET', `/repos/${repository}`)) as { default_branch: string };
      if (found.default_branch === branch) return;
      const body = { default_branch: branch };
      // 422 while nobody has pushed it.
      await github.call('PATCH', `/repos/${repository}`, { body, absentAt: 422 });
    },
    async fork() {
      await askCloud(cloud, 'POST', '/github/forks', { repository, owner: CONTRIBUTOR });
      const made = await askCloud(cloud, 'POST', '/github/tokens', { login: CONTRIBUTOR });
      const { token } = made as { token: string };
      return { remote: remoteOf(`${CONTRIBUTOR}/${name}`, token), token };
    },
    async ensureMember(login) {
      const member = `/repos/${repository}/collaborators/${login}`;
      if ((await github.call('GET', `${member}/permission`, { absentAt: 404 })) !== null) return;
      await askCloud(cloud, 'PUT', '/github/users', { login });
      await github.call('PUT', member, { body: { permission: 'push' } });
    },
    async numberNext(number) {
      await askCloud(cloud, 'POST', '/github/next-number', { repository, number });
    },
    async enqueue(number) {
      await askCloud(cloud, 'POST', '/github/queue', { repository, number });
    },
    async fireSchedule(workflow) {
      await askCloud(cloud, 'POST', '/github/actions/schedule', { repository, workflow });
    },
    async allowWithoutTool(actions) {
      await askCloud(cloud, 'PUT', '/github/actions/settings', { withoutTool: actions });
    },
    async call(method, path, options = {}) {
      const response = await fetch(`${base}/api/v3${path}`, {
        method,
        headers: {
          authorization: `Bearer ${options.token ?? cloud.token}`,
          'content-type': 'application/json',
        },
        ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      });
      const answer: unknown = await response.json().catch(() => null);
      if (response.ok) return answer;
      if (response.status === options.absentAt) return null;
      throw refused(method, path, { status: response.status, answer, hint: options.hint });
    },
  };
  return github;
}

function refused(
  method: string,
  path: string,
  { status, answer, hint }: { status: number; answer: unknown; hint: string | undefined },
): ToolError {
  const { message = '', errors = [] } = (answer ?? {}) as {
    message?: string;
    errors?: readonly ({ message?: string } | string)[];
  };
  const details = errors.map((error) => (typeof error === 'string' ? error : (error.message ?? '')));
  const said = [message, ...details].filter((text) => text !== '').join(': ');
  return new ToolError(
    'PROVIDER_REJECTED',
    `The local GitHub answered ${method} ${path} with ${status}${said === '' ? '.' : `: ${said}`}`,
    { hint: hint ?? 'Look at it: glidepath cloud status' },
  );
}
