import type { Severity } from '../../migrations/lint/finding.ts';
import type { ProbedStatement } from '../../migrations/probe/probed-statement.ts';
import type { VerdictRecord } from '../verdict/verdict-record.ts';

/** Something that is wrong with a statement that ran. Without the values in it. */
export interface ProbedFinding {
  readonly rule: string;
  readonly severity: Severity;
  /** The statement's number; null where it cannot be told. */
  readonly statement: number | null;
  readonly message: string;
  readonly why: string | null;
  readonly safeForm: string | null;
}

/** What came of running a migration on a throw-away branch: kept, shown by `plan`, and asked by the gate. */
export interface ProbeRecord {
  readonly version: 1;
  readonly environment: string;
  readonly database: string;
  readonly commit: string;
  /** Of the names and contents of its migration files, in one checksum; empty where none were found. */
  readonly files: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** From the first statement to the end of the last command, on the branch. */
  readonly tookMs: number;
  /** `tap`: every statement was seen. `outside`: what the server showed of them, many times a second. */
  readonly seenBy: 'tap' | 'outside';
  readonly statements: readonly ProbedStatement[];
  readonly findings: readonly ProbedFinding[];
  /** Whether the release that was live can be gone back to; missing where there was none, or nobody asked yet. */
  readonly verdict?: VerdictRecord;
}

/** What is known of a probe while its process lives: the statements as they were sent. For the terminal alone. */
export interface ProbeOutcome {
  readonly record: ProbeRecord;
  /** By number. May hold data. */
  readonly sql: ReadonlyMap<number, string>;
  /** The findings with their safe forms as SQL for the very statements. */
  readonly findings: readonly ProbedFinding[];
}
