import type { Secret } from '../../diagnostics/secret.ts';
import type { Clock } from '../../util/clock.ts';
import type { Fetch } from '../../util/fetch.ts';
import type { GithubTiming } from './github-timing.ts';

/** By what GitHub is asked: a token, or an App that is given one for an hour at a time. */
export type GithubCredentials =
  | {
      readonly kind: 'token';
      readonly token: Secret;
      /** The environment variable that it was read from, for errors. */
      readonly name: string;
    }
  | {
      readonly kind: 'app';
      readonly appId: string;
      /** PEM, PKCS#1 as GitHub hands it out or PKCS#8. */
      readonly privateKey: Secret;
      /** Null: the one of the repository, which is asked for. */
      readonly installationId: number | null;
      /** The environment variable that the key was read from, for errors. */
      readonly name: string;
      /** Told each token that GitHub gives, before it is used, so that nothing shows it. */
      readonly onToken: (token: string) => void;
    };

/** What the GitHub provider needs of the outside. It knows no local GitHub: that one is another base URL. */
export interface GithubOptions {
  /** `owner/name`. */
  readonly repository: string;
  /** `https://api.github.com`; of GitHub Enterprise Server `https://<host>/api/v3`. */
  readonly baseUrl: string;
  readonly credentials: GithubCredentials;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** From 0 to 1, for the keys of deployments. */
  readonly random: () => number;
  /** Told what is waited for, such as the end of a rate limit. */
  readonly log: (line: string) => void;
  /** Shorter waits. */
  readonly timing?: Partial<GithubTiming>;
}
