import type { Finding } from './finding.ts';
import type { SqlSyntaxError } from './parse/parse-sql.ts';

/** A finding that a directive in the file leaves out, and why. */
export interface IgnoredFinding {
  readonly finding: Finding;
  readonly reason: string;
}

/** What came of one file. */
export interface FileReport {
  /** As given to the linter. */
  readonly file: string;
  readonly text: string;
  /** How many statements were looked at. */
  readonly statements: number;
  readonly findings: readonly Finding[];
  readonly ignored: readonly IgnoredFinding[];
  readonly mistakes: readonly SqlSyntaxError[];
}
