import type { TrialCell, Verdict } from '../../migrations/verdict/rollback-verdict.ts';
import type { SchemaChange } from '../../migrations/verdict/schema-change.ts';

/** Whether the release that was live can be gone back to after a migration: kept with what the migration did. */
export interface VerdictRecord {
  /** The release that was live when it was tried. */
  readonly from: string;
  readonly verdict: Verdict;
  /** Sentences, the one that decides first. */
  readonly reasons: readonly string[];
  /** Empty where the database is not changed: there was nothing to try. */
  readonly cells: readonly TrialCell[];
  readonly changes: readonly SchemaChange[];
}
