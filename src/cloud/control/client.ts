import { ToolError } from '../../diagnostics/tool-error.ts';
import type { ActiveFault, Fault } from '../faults/fault.ts';
import type { EdgeRoute } from '../edge/edge.ts';
import type { AppMetrics } from '../edge/app-metrics.ts';
import { processIdentity } from '../machines/process-table.ts';
import { readCloudFile } from './cloud-info.ts';
import type { CloudInfo } from './cloud-info.ts';
import type { CloudStatus } from './cloud-status.ts';

/** A reset stops every machine first, each with its own grace period. */
const ANSWER_TIMEOUT_MS = 60_000;

/** The running local cloud of a state directory; null when none runs there, whatever a killed one left behind. */
export function readCloud(stateDir: string): Promise<CloudInfo | null> {
  const info = readCloudFile(stateDir);
  const isAlive = info !== null && processIdentity(info.pid) === info.processIdentity;
  return Promise.resolve(isAlive ? info : null);
}

/** Services, apps, machines, databases and faults, now. Throws `CLOUD_NOT_RUNNING` when it does not answer. */
export async function cloudStatus(cloud: CloudInfo): Promise<CloudStatus> {
  return (await askCloud(cloud, 'GET', '/status')) as CloudStatus;
}

/** How every app is reached. */
export async function cloudRoutes(cloud: CloudInfo): Promise<readonly EdgeRoute[]> {
  return ((await askCloud(cloud, 'GET', '/routes')) as { routes: EdgeRoute[] }).routes;
}

/** What the edge counted, by app. */
export async function cloudMetrics(cloud: CloudInfo): Promise<readonly AppMetrics[]> {
  return ((await askCloud(cloud, 'GET', '/metrics')) as { metrics: AppMetrics[] }).metrics;
}

/** The token of an organization of the cloud: made at the first call, the same ever after. */
export async function organizationToken(cloud: CloudInfo, org: string, token?: string): Promise<string> {
  const answer = await askCloud(cloud, 'PUT', '/tokens', { org, ...(token === undefined ? {} : { token }) });
  return (answer as { token: string }).token;
}

/** Stops and deletes every app, database and image; the cloud itself stays up. */
export async function resetCloud(cloud: CloudInfo): Promise<void> {
  await askCloud(cloud, 'POST', '/reset');
}

/** Switches a fault on. */
export async function setFault(cloud: CloudInfo, fault: Fault): Promise<ActiveFault> {
  return (await askCloud(cloud, 'POST', '/faults', fault)) as ActiveFault;
}

/** The faults that are on. */
export async function listFaults(cloud: CloudInfo): Promise<readonly ActiveFault[]> {
  return ((await askCloud(cloud, 'GET', '/faults')) as { faults: ActiveFault[] }).faults;
}

/** Switches one fault off, or all; returns those that were on. */
export async function clearFaults(cloud: CloudInfo, id?: string): Promise<readonly ActiveFault[]> {
  const path = id === undefined ? '/faults' : `/faults/${encodeURIComponent(id)}`;
  return ((await askCloud(cloud, 'DELETE', path)) as { cleared: ActiveFault[] }).cleared;
}

/** One call of the control API; `path` is below `/_glidepath`. Throws when it is not answered with success. */
export async function askCloud(
  cloud: CloudInfo,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const url = `http://127.0.0.1:${cloud.apiPort}/_glidepath${path}`;
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${cloud.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
  } catch (error) {
    throw new ToolError('CLOUD_NOT_RUNNING', `The local cloud does not answer on port ${cloud.apiPort}.`, {
      hint: 'glidepath cloud down && glidepath cloud up',
      cause: error,
      retry: 'safe',
    });
  }
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer;
  const said = (answer as { error?: unknown } | null)?.error;
  throw new ToolError(
    'CLOUD_REFUSED',
    `The local cloud answered ${method} ${path} with ${response.status}: ${typeof said === 'string' ? said : 'no reason'}.`,
    { hint: 'glidepath cloud status' },
  );
}
