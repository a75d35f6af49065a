import { gzipSync } from 'node:zlib';
import type { Clock } from '../../util/clock.ts';
import type { Fetch } from '../../util/fetch.ts';
import type { BulkAdvisories } from './npm-advisories.ts';
import type { NpmRegistry } from './npm-registry.ts';

/** An answer, or why there is none: what comes behind the name of the registry. */
export type NpmAnswer = { readonly advisories: BulkAdvisories } | { readonly problem: string };

/** A registry that is there answers within a second or two, also about a thousand packages. */
const TIMEOUT_MS = 15_000;
/** More often would only make a check slow that then says the same. */
const TRIES_MAX = 3;
const PAUSE_MS = 500;

/**
 * Asks a registry for advisories, as `npm audit` does: `POST /-/npm/v1/security/advisories/bulk`. Tries again after a fault of
 * the network or of the server. Never throws but for the signal.
 */
export async function askNpm(
  { fetch, clock, signal }: { readonly fetch: Fetch; readonly clock: Clock; readonly signal: AbortSignal },
  registry: NpmRegistry,
  question: Readonly<Record<string, readonly string[]>>,
): Promise<NpmAnswer> {
  const body = gzipSync(JSON.stringify(question));
  let problem = '';
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    if (tries > 0) await clock.sleep(PAUSE_MS * 2 ** (tries - 1), signal);
    const answer = await ask(fetch, signal, registry, body);
    if ('advisories' in answer) return answer;
    problem = answer.problem;
    if (!answer.isPassing) break;
  }
  return { problem };
}

type Answer =
  | { readonly advisories: BulkAdvisories }
  | { readonly problem: string; readonly isPassing: boolean };

async function ask(
  fetch: Fetch,
  signal: AbortSignal,
  { url, authorization }: NpmRegistry,
  body: Buffer,
): Promise<Answer> {
  try {
    const response = await fetch(`${url}/-/npm/v1/security/advisories/bulk`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        accept: 'application/json',
        ...(authorization === null ? {} : { authorization }),
      },
      body: new Uint8Array(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (response.ok) return answerOf(await response.text());
    await response.body?.cancel();
    const isPassing = response.status >= 500 || response.status === 429;
    return { problem: `answered ${response.status}`, isPassing };
  } catch (error) {
    signal.throwIfAborted();
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return {
      problem: `did not answer (${cause instanceof Error ? cause.message : String(cause)})`,
      isPassing: true,
    };
  }
}

function answerOf(text: string): Answer {
  try {
    const answer: unknown = JSON.parse(text);
    const isLists =
      typeof answer === 'object' &&
      answer !== null &&
      Object.values(answer).every((list) => Array.isArray(list));
    if (isLists) return { advisories: answer as BulkAdvisories };
  } catch {
    // Said below.
  }
  return { problem: 'answered with something else than advisories', isPassing: false };
}
