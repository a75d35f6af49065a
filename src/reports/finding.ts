import type { Severity } from '../config/definition/ci-definition.ts';

/** One thing that a check found, whichever tool said it: what SARIF, annotations and the security checks share. */
export interface Finding {
  /** The rule or the advisory: `GHSA-…`, `docker-user-root`. */
  readonly id: string;
  /** Other names of the same: the `CVE-…` of a `GHSA-…`. */
  readonly aliases?: readonly string[];
  /** The rule or the advisory in a few words, without a period: the same for each of its findings. */
  readonly title?: string;
  readonly severity: Severity;
  /** One sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string | null;
  /** The tool that found it. */
  readonly tool: string;
  /** A path from the root of the checkout, with a line from 1 where there is one. */
  readonly place: { readonly path: string; readonly line: number | null } | null;
  /** `name@version` of a dependency. */
  readonly package: string | null;
  /** A page about it. */
  readonly url: string | null;
}
