import type { CheckDefinition } from './check-definition.ts';
import type { ReleaseDefinition } from './github-definition.ts';

/** The `ci` section. `C` are the names of the checks. */
export interface CiDefinition<C extends string = string> {
  /** Instead of the checks that the stacks of the apps bring. */
  readonly checks?: { readonly [K in C]: CheckDefinition<NoInfer<C>> };
  /** Globs; a commit that touches nothing else needs no checks, and the required check still reports success. */
  readonly skip?: readonly string[];
  /** What is published when a tag is pushed. */
  readonly release?: ReleaseDefinition<NoInfer<C>>;
  readonly cache?: CacheDefinition;
  /** Where checks with `where: 'container'` run. */
  readonly container?: ContainerDefinition;
  readonly security?: SecurityDefinition;
}

/** What is kept of checks that passed. */
export interface CacheDefinition {
  /** How much this machine keeps: `'5gb'`, which is the default. What was not used for longest goes first. */
  readonly size?: string;
  /** Shared with other machines; made by `httpCache`, `s3Cache`, `githubCache`. */
  readonly remote?: RemoteCacheDefinition;
  /**
   * Public keys (`ed25519:…`, printed by `glidepath ci cache keygen`) whose entries are believed by every branch. Whoever
   * holds a private one, in GLIDEPATH_CACHE_KEY, writes for the main branch.
   */
  readonly trust?: readonly string[];
}

/** A cache that machines share. Tokens are names of environment variables. */
export type RemoteCacheDefinition =
  | { readonly kind: 'http'; readonly url: string; readonly token?: string }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      readonly region: string;
      /** Of a service that speaks S3: `https://fly.storage.tigris.dev`. Default Amazon's. */
      readonly endpoint?: string;
      readonly prefix?: string;
      /** Default `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`. */
      readonly accessKeyId?: string;
      readonly secretAccessKey?: string;
    }
  | { readonly kind: 'github' };

/** The image of checks in containers: built from a Dockerfile, or one that is there. */
export interface ContainerDefinition {
  readonly dockerfile?: string;
  /** The stage of the Dockerfile. */
  readonly target?: string;
  readonly image?: string;
}

/** How bad a finding is. */
export type Severity = 'low' | 'moderate' | 'high' | 'critical';

/** What is done about what the security checks find. */
export interface SecurityDefinition {
  /** Findings from this severity on fail a check. Default `high`. */
  readonly failOn?: Severity;
  readonly exceptions?: readonly SecurityException[];
  /** A file of advisories in the OSV format (JSON, or a directory of them), used besides what registries say. */
  readonly advisories?: string;
  /** Licences that dependencies may have, as SPDX identifiers; without it any. */
  readonly licences?: readonly string[];
}

/** A finding that is put up with for a while. */
export interface SecurityException {
  /** The identifier of the advisory or the rule: `GHSA-…`, `CVE-…`, `docker-user-root`. */
  readonly id: string;
  /** Only in this package, or in this file. */
  readonly in?: string;
  readonly reason: string;
  /** A day: `2027-03-31`. From the day after, the finding counts again. */
  readonly expires: string;
}

/** What the gate `quality()` asks for beyond green checks. */
export interface QualityOptions {
  /** The smallest share of lines covered by tests, in percent. */
  readonly coverage?: number;
  /** The same for the lines that the release changed. */
  readonly changeCoverage?: number;
  /** Findings from this severity on are refused. Default what `ci.security.failOn` says. */
  readonly failOn?: Severity;
  /** Whether a test that is known to be flaky may have been run again. Default true. */
  readonly flaky?: boolean;
}
