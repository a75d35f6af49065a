import { setTimeout as delay } from 'node:timers/promises';
import { HttpProblem } from './http-messages.ts';
import type { Member } from './member-store.ts';
import type { Policy } from './policy-store.ts';
import type { QuoteRequest } from './premium.ts';

/** The internal API as the other two services use it. Its refusals come through as {@link HttpProblem}. */
export interface InternalClient {
  listPolicies(filter: {
    status?: string;
    search?: string;
    member?: string;
    limit?: number;
  }): Promise<Policy[]>;
  findPolicy(number: string): Promise<Policy>;
  createPolicy(policy: QuoteRequest & { member: { name: string; phone: string } }): Promise<Policy>;
  deletePolicy(number: string): Promise<void>;
  listMembers(): Promise<Member[]>;
}

const TIMEOUT_MS = 5_000;

/** Reads are tried this often: a proxy may answer 502 or 503 for the moment in which its machines change. */
const READ_ATTEMPTS = 3;
const RETRY_DELAY_MS = 100;
const PASSING = new Set([502, 503, 504]);

/** A client of the internal API at `baseUrl`. */
export function internalClient(baseUrl: string): InternalClient {
  const call = <T>(method: string, path: string, body?: unknown): Promise<T> =>
    callInternal<T>(new URL(path, baseUrl), method, body);
  return {
    listPolicies(filter) {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(filter)) if (value !== '') query.set(name, String(value));
      return call('GET', `/policies?${query.toString()}`);
    },
    findPolicy: (number) => call('GET', `/policies/${encodeURIComponent(number)}`),
    createPolicy: (policy) => call('POST', '/policies', policy),
    deletePolicy: (number) => call('DELETE', `/policies/${encodeURIComponent(number)}`),
    listMembers: () => call('GET', '/members'),
  };
}

async function callInternal<T>(url: URL, method: string, body: unknown): Promise<T> {
  const attempts = method === 'GET' ? READ_ATTEMPTS : 1;
  const response = await send(url, method, body, attempts);
  const answer = response.status === 204 ? undefined : await readJson(response);
  if (response.ok) return answer as T;
  const said = (answer as { error?: string } | null)?.error;
  if (response.status >= 500 || said === undefined) {
    throw new HttpProblem(502, `The internal API answered ${response.status}.`);
  }
  throw new HttpProblem(response.status, said);
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

async function send(url: URL, method: string, body: unknown, attemptsLeft: number): Promise<Response> {
  try {
    const response = await fetch(url, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!PASSING.has(response.status) || attemptsLeft <= 1) return response;
    await response.body?.cancel();
  } catch (error) {
    if (attemptsLeft <= 1) {
      throw new HttpProblem(
        502,
        `The internal API did not answer: ${String((error as Error).cause ?? error)}`,
      );
    }
  }
  await delay(RETRY_DELAY_MS);
  return send(url, method, body, attemptsLeft - 1);
}
