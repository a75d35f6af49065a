/** Where a package comes from: the type of its package URL. */
export type Ecosystem = 'npm' | 'hex' | 'deb' | 'apk' | 'generic';

/** A digest of what is downloaded. */
export interface ComponentHash {
  readonly algorithm: 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';
  /** In hexadecimal. */
  readonly content: string;
}

/** Whether it is part of what runs: `dev` only builds and tests it, `optional` may be missing. */
export type Scope = 'required' | 'optional' | 'dev';

/** One package at one version. */
export interface Component {
  /** The package URL, or `workspace:<directory>` for a package of the repository itself. */
  readonly id: string;
  readonly ecosystem: Ecosystem;
  readonly name: string;
  readonly version: string;
  /** Null for packages of the repository itself. */
  readonly purl: string | null;
  readonly hashes: readonly ComponentHash[];
  /** As the package says it: an SPDX expression, mostly. Null where nobody says. */
  readonly licence: string | null;
  readonly scope: Scope;
  /** Part of the repository, and so never an advisory of somebody else's. */
  readonly isOwn: boolean;
  /** The release of the distribution that a system package is of: `Debian:12`, `Alpine:v3.22`. */
  readonly release: string | null;
  /** The source package that a system package was built from: what advisories of distributions are about. */
  readonly origin: { readonly name: string; readonly version: string } | null;
  /** Ids of what it needs, sorted. */
  readonly needs: readonly string[];
}

/** What one lock file, or one image, is made of. */
export interface Inventory {
  /** The lock file, from the root of the checkout; or the name of the image. */
  readonly source: string;
  /** Ids of the packages of the repository: where every path begins. */
  readonly roots: readonly string[];
  /** By id, sorted. */
  readonly components: readonly Component[];
}
