import type { ResolvedCheck } from '../config/resolved.ts';
import type { ErrorCode } from '../diagnostics/error-codes.ts';
import type { LeftProcess } from './execute-check.ts';
import type { CheckPlan } from './select-checks.ts';

/** Why a check failed, as a person is told. */
export interface CheckProblem {
  readonly code: ErrorCode;
  /** `The check lint failed with exit code 3.` */
  readonly message: string;
  readonly hint: string;
}

/** Where the result of a check that passed comes from. */
export type ResultOrigin =
  /** It ran now. */
  | 'ran'
  /** What it made was put into the checkout. */
  | 'restored'
  /** What it made lay in the checkout, as it was. */
  | 'in-place';

/** How a check ended. */
export interface CheckResult {
  readonly name: string;
  /** `ended`: it was running when something else ended it all. */
  readonly status: 'passed' | 'failed' | 'ended' | 'not-run';
  /** Null unless it passed or failed. */
  readonly from: ResultOrigin | null;
  /** One line: `ran: src/a.ts changed`, `restored: same inputs as 3 minutes ago`, `not run: lint failed`. */
  readonly reason: string;
  /** Null where nothing is kept of it, and where it was not looked at. */
  readonly key: string | null;
  /** Null where it did not run, and where it was killed by a signal. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  /** When it began and how long it took, its lookup not counted; null where it did not run. */
  readonly startedAt: number | null;
  readonly durationMs: number | null;
  /** When the run ended that gave this result, be it long ago; null where there is none. */
  readonly endedAt: number | null;
  /** How long it took when it ran, where it need not run now; 0 otherwise. */
  readonly savedMs: number;
  /** How often it failed before it passed: with one or more it is flaky. */
  readonly failedAttempts: number;
  /** Whether its result was kept; why not, in one sentence, is among the warnings. */
  readonly isKept: boolean;
  readonly warnings: readonly string[];
  /** What it left running, now ended. */
  readonly left: readonly LeftProcess[];
  /** What it printed, where it ran: its first and last lines, and those that read like a cause. */
  readonly output: readonly string[];
  readonly problem: CheckProblem | null;
}

/** What running checks says while it goes on; every view is a reader of these. No secret is in any of them. */
export type CheckEvent =
  /** First, and once. */
  | {
      readonly type: 'planned';
      readonly at: number;
      readonly plan: CheckPlan;
      /** Cores that may be busy at once. */
      readonly capacity: number;
    }
  /** Another run makes the same files now, or needs those that this check makes. */
  | { readonly type: 'waiting'; readonly at: number; readonly name: string; readonly pid: number }
  | { readonly type: 'started'; readonly at: number; readonly check: ResolvedCheck; readonly reason: string }
  | { readonly type: 'line'; readonly name: string; readonly line: string }
  /** An attempt failed, and another begins. */
  | {
      readonly type: 'retrying';
      readonly at: number;
      readonly name: string;
      /** The attempt that begins: 2 and more. */
      readonly attempt: number;
      readonly attempts: number;
      /** `failed with exit code 1`. */
      readonly failure: string;
    }
  /** Once for each check, however it ended. */
  | {
      readonly type: 'ended';
      readonly at: number;
      readonly check: ResolvedCheck;
      readonly result: CheckResult;
    };

/** How the checks ended. */
export interface ChecksOutcome {
  readonly hasPassed: boolean;
  /** In the order of the plan. */
  readonly results: readonly CheckResult[];
  /** Those that failed, the first one first. */
  readonly failures: readonly CheckResult[];
  readonly durationMs: number;
  /** What need not run now took so long when it ran. */
  readonly savedMs: number;
  /** The chain of checks that decided how long it took, in order. */
  readonly criticalPath: readonly string[];
  readonly criticalPathMs: number;
}
