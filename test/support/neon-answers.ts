import { VirtualClock } from './provider-clock.ts';
import { Secret } from '../../src/diagnostics/secret.ts';
import type { NeonOptions } from '../../src/providers/neon/neon-options.ts';

/** One answer: a body, a refusal, or none. */
export type NeonAnswer =
  | object
  | { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> }
  | 'lost';

/** A request as it arrived. */
export interface NeonCall {
  readonly method: string;
  /** With the query: `/projects?search=shop`. */
  readonly path: string;
  readonly body: unknown;
  readonly authorization: string | null;
}

/** Neon's side of a test: answers in the shapes of its API, by method and path; a function is asked each time. */
export type NeonAnswers = Readonly<Record<string, NeonAnswer | ((call: NeonCall) => NeonAnswer)>>;

/** What a provider needs, over given answers; `calls` is what was asked. Whatever has no answer is a 404. */
export function neonAnswering(answers: NeonAnswers): {
  options: NeonOptions;
  clock: VirtualClock;
  calls: NeonCall[];
} {
  const clock = new VirtualClock();
  const calls: NeonCall[] = [];
  const options: NeonOptions = {
    apiBaseUrl: 'https://neon.test/api/v2',
    token: new Secret('napi_secret'),
    tokenName: 'NEON_API_KEY',
    clock,
    random: () => 0.5,
    async fetch(address, init) {
      const url = new URL(address);
      const path = url.pathname.replace('/api/v2', '');
      const method = init?.method ?? 'GET';
      const call: NeonCall = {
        method,
        path: path + url.search,
        body: typeof init?.body === 'string' ? JSON.parse(init.body) : null,
        authorization: new Headers(init?.headers).get('authorization'),
      };
      calls.push(call);
      const found = answers[`${method} ${path}`];
      const answer = typeof found === 'function' ? found(call) : found;
      return responseOf(answer ?? { status: 404, body: { code: '', message: 'not found' } });
    },
  };
  return { options, clock, calls };
}

function responseOf(answer: NeonAnswer): Response {
  if (answer === 'lost') throw new TypeError('fetch failed', { cause: new Error('socket hang up') });
  if (!('status' in answer) || typeof answer.status !== 'number') return Response.json(answer);
  const {
    status,
    body = {},
    headers = {},
  } = answer as { status: number; body?: unknown; headers?: Record<string, string> };
  return Response.json(body, { status, headers });
}

/** Lets virtual time pass until it has ended. */
export async function inTime<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  const over = promise.then(
    () => true,
    () => true,
  );
  while (!(await Promise.race([over, clock.advance(1_000).then(() => false)])));
  return promise;
}
