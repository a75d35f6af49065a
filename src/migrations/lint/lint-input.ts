import type { TableFacts } from './finding.ts';

/** One file, or one statement that was seen on its way to the server. */
export interface SqlSource {
  /** Relative to the repository; null for statements without a file. */
  readonly file: string | null;
  readonly text: string;
  /** Whether the tool puts this file into a transaction, where it may say so itself; else as the settings have it. */
  readonly inTransaction?: boolean;
  /** It has run where the others will: read for what it made, with nothing to be said about it. */
  readonly hasRun?: boolean;
}

/** What the linter takes as given. */
export interface LintSettings {
  /** Major version of the server; rules and safe forms follow it. */
  readonly postgresVersion: number;
  /** Whether the migration tool puts each file into a transaction of its own. */
  readonly inTransaction: boolean;
  /** Whether the tool, or Glidepath, sets `lock_timeout` already: then a file need not. */
  readonly hasLockTimeout: boolean;
  /** By name as `schema.table`; what is not there is taken for an existing table of unknown size. */
  readonly tables: Readonly<Record<string, TableFacts>>;
}
