import { ToolError } from '../../diagnostics/tool-error.ts';
import type { CodeHost, CodeHostReader, HostDeployment, NewHostDeployment } from '../code-host.ts';
import { keyOf, withKey } from './deployment-key.ts';
import { deploymentFrom, deploymentStatusFrom } from './from-wire.ts';
import type { GithubClient } from './github-client.ts';
import { shortened } from './shortened.ts';
import { NOT_REPEATED, sendOnce } from './send-once.ts';
import type { WireDeployment } from './wire-types.ts';

/** A deployment that was just made is among the newest of its environment. */
const NEWEST = 30;

type DeploymentWriter = Pick<
  CodeHost,
  'createDeployment' | 'addDeploymentStatus' | 'deleteDeployment' | 'setCommitStatus'
>;

/** Everything that changes deployments, and what is said of commits. */
export function deploymentWriter(client: GithubClient, reader: CodeHostReader): DeploymentWriter {
  const { octokit, path, run } = client;
  const addStatus: CodeHost['addDeploymentStatus'] = (id, status) =>
    addDeploymentStatus(client, reader, id, status);
  return {
    createDeployment: (deployment) => createDeployment(client, deployment),
    addDeploymentStatus: addStatus,
    deleteDeployment: (id) => deleteDeployment(client, id, addStatus),
    async setCommitStatus(sha, { state, context, description, targetUrl }) {
      // A second one of the same context stands in place of the first: this may be sent again.
      await run(`set the status ${context} of commit ${sha}`, () =>
        octokit.request('POST /repos/{owner}/{repo}/statuses/{sha}', {
          ...path,
          sha,
          state,
          context,
          description: shortened(description),
          ...(targetUrl === null ? {} : { target_url: targetUrl }),
        }),
      );
    },
  };
}

/** GitHub deletes only what is inactive. One that is gone is what was wanted. */
async function deleteDeployment(
  { octokit, path, orNull }: GithubClient,
  id: number,
  addStatus: CodeHost['addDeploymentStatus'],
): Promise<void> {
  const place = { ...path, deployment_id: id };
  const statuses = await orNull(`read the statuses of deployment ${id}`, () =>
    octokit.request('GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', {
      ...place,
      per_page: 1,
    }),
  );
  if (statuses === null) return;
  if (statuses.data[0]?.state !== 'inactive') {
    await addStatus(id, { state: 'inactive', description: '', logUrl: null, environmentUrl: null });
  }
  await orNull(`delete deployment ${id}`, () =>
    octokit.request('DELETE /repos/{owner}/{repo}/deployments/{deployment_id}', place),
  );
}

async function createDeployment(
  client: GithubClient,
  deployment: NewHostDeployment,
): Promise<HostDeployment> {
  const { octokit, path } = client;
  const { ref, environment, task } = deployment;
  const key = newKey(client.random);
  const route = 'POST /repos/{owner}/{repo}/deployments';
  const made = await sendOnce<WireDeployment>(client, {
    words: `make a deployment to ${environment}`,
    async send() {
      const { data, status } = await octokit.request(route, {
        ...path,
        ref,
        environment,
        task,
        description: shortened(deployment.description),
        payload: withKey(deployment.payload, key),
        // Left out, GitHub merges the default branch into the ref, and waits for every check, our own job's among them.
        auto_merge: false,
        required_contexts: [],
        transient_environment: deployment.isTransient,
        production_environment: deployment.isProduction,
        request: NOT_REPEATED,
      });
      if (status === 201) return data;
      throw new ToolError(
        'PROVIDER_CONFLICT',
        `GitHub made no deployment of ${ref} to ${environment}: it answered ${status}.`,
        {
          hint: 'See what became of the ref: git fetch && git log -3',
        },
      );
    },
    async find() {
      const { data } = await octokit.request('GET /repos/{owner}/{repo}/deployments', {
        ...path,
        environment,
        task,
        per_page: NEWEST,
      });
      return data.find((each) => keyOf(each.payload) === key) ?? null;
    },
  });
  return deploymentFrom(made);
}

/** 96 bits in hexadecimal. */
function newKey(random: () => number): string {
  return Array.from({ length: 24 }, () => Math.floor(random() * 16).toString(16)).join('');
}

async function addDeploymentStatus(
  client: GithubClient,
  reader: CodeHostReader,
  id: number,
  status: Parameters<CodeHost['addDeploymentStatus']>[1],
): Promise<void> {
  const { octokit, path } = client;
  const description = shortened(status.description);
  await sendOnce(client, {
    words: `say how deployment ${id} stands`,
    async send() {
      const { data } = await octokit.request(
        'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
        {
          ...path,
          deployment_id: id,
          state: status.state,
          description,
          ...(status.logUrl === null ? {} : { log_url: status.logUrl }),
          ...(status.environmentUrl === null ? {} : { environment_url: status.environmentUrl }),
          request: NOT_REPEATED,
        },
      );
      return deploymentStatusFrom(data);
    },
    async find() {
      const [newest] = await reader.deploymentStatuses(id);
      const isOurs =
        newest?.state === status.state &&
        newest.description === description &&
        newest.logUrl === status.logUrl;
      return isOurs ? newest : null;
    },
  });
}
