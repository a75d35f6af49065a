import type { Severity } from './definition/ci-definition.ts';

/** One CI task. Paths are from the directory of the config file, with slashes. */
export interface ResolvedCheck {
  readonly name: string;
  readonly command: string;
  readonly needs: readonly string[];
  /** Where it runs; empty: the directory of the config file. */
  readonly directory: string;
  /** Globs, whole from the directory of the config file, `!` before what does not count. Never empty. */
  readonly inputs: readonly string[];
  /** Globs, whole from the directory of the config file. */
  readonly outputs: readonly string[];
  /** Directories that it fills in place and that no cache keeps. */
  readonly leaves: readonly string[];
  /** Services it asks for, such as `postgres`. */
  readonly services: readonly string[];
  /** False for what `ci --fast` leaves out. */
  readonly fast: boolean;
  /** It makes files that checks after it work on. */
  readonly prepares: boolean;
  /** Whether its result may be kept: as written, and never for one that makes files which it does not name. */
  readonly isCached: boolean;
  readonly timeoutMs: number;
  readonly retries: number;
  /** Cores that it keeps busy. */
  readonly weight: number;
  readonly where: 'host' | 'container';
  /** Whether it may use the network in a container. */
  readonly network: boolean;
  /** Names of the environment variables that it is given besides the usual ones. */
  readonly env: readonly string[];
  readonly reports: ResolvedReports;
}

/** Globs of reports, whole from the directory of the config file. */
export interface ResolvedReports {
  readonly junit: readonly string[];
  readonly coverage: readonly string[];
  readonly sarif: readonly string[];
  readonly sbom: readonly string[];
}

/** What is kept of checks that passed. */
export interface ResolvedCache {
  readonly maxBytes: number;
  readonly remote: ResolvedRemoteCache | null;
  /** `ed25519:` and the raw public key in base64url. */
  readonly trust: readonly string[];
}

/** A cache that machines share; tokens and keys are names of environment variables. */
export type ResolvedRemoteCache =
  | { readonly kind: 'http'; readonly url: string; readonly token: string | null }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      readonly region: string;
      readonly endpoint: string | null;
      readonly prefix: string;
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
    }
  | { readonly kind: 'github' };

/** The image of checks in containers. */
export interface ResolvedCheckContainer {
  readonly dockerfile: string | null;
  readonly target: string | null;
  readonly image: string | null;
}

/** What is done about what the security checks find. */
export interface ResolvedSecurity {
  readonly failOn: Severity;
  readonly exceptions: readonly ResolvedException[];
  readonly advisories: string | null;
  /** SPDX identifiers; null: any licence. */
  readonly licences: readonly string[] | null;
}

/** A finding that is put up with for a while. */
export interface ResolvedException {
  readonly id: string;
  readonly in: string | null;
  readonly reason: string;
  /** The first moment at which it does not hold any more: midnight, UTC, after the day that is written. */
  readonly expiresAt: number;
}

/** The gate that the very artifact is good enough. */
export interface ResolvedQuality {
  readonly kind: 'quality';
  /** Percent; null: not asked for. */
  readonly coverage: number | null;
  readonly changeCoverage: number | null;
  readonly failOn: Severity;
  readonly allowsFlaky: boolean;
}
