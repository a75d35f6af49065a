import type { CheckResult } from '../../checks/check-event.ts';
import type { ResolvedCheck } from '../../config/resolved.ts';
import type { GithubContext } from '../github/github-context.ts';
import type { FailedAttempts } from './failed-attempts.ts';

/** Whose reports are put together. */
export interface ReportChecksOptions {
  /** The directory of the project. */
  readonly root: string;
  readonly mainBranch: string;
  /** The checks of the run, and how each of them ended. */
  readonly checks: readonly ResolvedCheck[];
  readonly results: readonly CheckResult[];
  /** What tries of them said that failed; null where nothing is tried again. */
  readonly attempts: FailedAttempts | null;
  /** Null outside of GitHub Actions. */
  readonly github: GithubContext | null;
  readonly redact: (text: string) => string;
  /** Epoch milliseconds. */
  readonly now: number;
}
