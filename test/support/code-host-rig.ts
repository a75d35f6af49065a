import { Secret } from '../../src/diagnostics/secret.ts';
import type { CodeHost, CodeHostReader } from '../../src/providers/code-host.ts';
import type { GithubOptions } from '../../src/providers/github/github-options.ts';
import { createGithub, createGithubReader } from '../../src/providers/github/github.ts';
import type { Fetch } from '../../src/util/fetch.ts';
import { systemClock } from '../../src/util/clock.ts';
import { ADMIN_TOKEN, GithubRig, type Clone } from './github-rig.ts';

/** The waits of the provider, so short that a test does not see them. */
const AT_ONCE = { writeGapMs: 0, notifyGapMs: 0, retryBaseMs: 1, rateSecondMs: 1, lostAnswerMs: 1 };

/** A repository on a local GitHub of its own, and the provider for it. */
export interface CodeHostRig extends AsyncDisposable {
  readonly github: GithubRig;
  readonly clone: Clone;
  readonly repository: string;
  readonly host: CodeHost;
  readonly reader: CodeHostReader;
  /** Asks both halves, and returns what they agree upon. */
  read<T>(ask: (reader: CodeHostReader) => Promise<T>): Promise<T>;
  /** The provider with another token, another repository, or a network of its own. */
  options(change?: {
    readonly token?: string;
    readonly repository?: string;
    readonly fetch?: Fetch;
  }): GithubOptions;
}

/** Opens one with a first commit on `main`. */
export async function openCodeHost(more: Readonly<Record<string, unknown>> = {}): Promise<CodeHostRig> {
  const github = await GithubRig.open();
  const repository = 'acme/shop';
  const clone = await github.repository(repository, more);
  const options: CodeHostRig['options'] = (change = {}) => ({
    repository: change.repository ?? repository,
    baseUrl: `${github.baseUrl}/api/v3`,
    credentials: { kind: 'token', token: new Secret(change.token ?? ADMIN_TOKEN), name: 'GITHUB_TOKEN' },
    fetch: change.fetch ?? ((url, init) => fetch(url, init)),
    clock: systemClock,
    random: Math.random,
    log: () => undefined,
    timing: AT_ONCE,
  });
  const host = createGithub(options());
  const reader = createGithubReader(options());
  return {
    github,
    clone,
    repository,
    host,
    reader,
    options,
    async read(ask) {
      const [one, other] = await Promise.all([ask(host), ask(reader)]);
      if (JSON.stringify(one) !== JSON.stringify(other)) throw new Error('the halves do not agree');
      return one;
    },
    [Symbol.asyncDispose]: () => github[Symbol.asyncDispose](),
  };
}
