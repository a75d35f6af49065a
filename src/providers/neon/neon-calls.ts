import { hasStatus } from './neon-api-error.ts';
import type { BranchRef, Changed, ProjectRef } from './neon-api.ts';
import type { NeonClient, NeonRequest } from './neon-client.ts';

/** A request that reads. */
type Reading = Omit<NeonRequest, 'method'>;

/** How the routes send and read: each answer is an object with the thing under its name. */
export interface NeonCalls {
  change(request: NeonRequest): Promise<Changed>;
  part<T>(request: Reading, key: string): Promise<T>;
  /** Every page of a list. Neon names the next one `cursor` for projects, and `next` for branches. */
  all<T>(request: Reading, key: string, next: 'cursor' | 'next'): Promise<T[]>;
}

/** Ten thousand branches: more than any plan has. Keeps a server that repeats its cursor from going on forever. */
const PAGES_MAX = 100;

/** The calls over a client. */
export function neonCalls(client: NeonClient): NeonCalls {
  return {
    async change(request) {
      return ((await client.send(request)) as Changed | null) ?? {};
    },
    async part<T>(request: Reading, key: string) {
      const answer = (await client.send({ ...request, method: 'GET' })) as Record<string, unknown>;
      return answer[key] as T;
    },
    all: async (request, key, next) => listAll(client, request, key, next),
  };
}

/** The path and the words of something in a project. */
export function inProject(project: ProjectRef, path = ''): { path: string; resource: string } {
  return {
    path: `/projects/${encodeURIComponent(project.id)}${path}`,
    resource: `project ${project.name}`,
  };
}

/** The path and the words of something on a branch. */
export function onBranch(
  project: ProjectRef,
  branch: BranchRef,
  path = '',
): { path: string; resource: string } {
  return {
    path: `${inProject(project).path}/branches/${encodeURIComponent(branch.id)}${path}`,
    resource: `branch ${branch.name} of project ${project.name}`,
  };
}

/** Null for what is not there. */
export async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (hasStatus(error, 404)) return null;
    throw error;
  }
}

async function listAll<T>(
  client: NeonClient,
  request: Omit<NeonRequest, 'method'>,
  key: string,
  next: 'cursor' | 'next',
): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const query = { ...request.query, ...(cursor === undefined ? {} : { cursor }) };
    const answer = (await client.send({ ...request, method: 'GET', query })) as Record<string, unknown>;
    const found = (answer[key] ?? []) as readonly T[];
    all.push(...found);
    const following = (answer['pagination'] as Record<string, string> | undefined)?.[next];
    // Of projects the last page has a cursor too, and the one after it is empty.
    if (found.length === 0 || following === undefined || following === '' || following === cursor) break;
    cursor = following;
  }
  return all;
}
