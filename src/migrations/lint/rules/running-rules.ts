import type { Rule } from '../rule.ts';
import { backfillWithDdl } from './backfill-with-ddl.ts';
import { changedDefault } from './changed-default.ts';
import { indexIfNotExists } from './index-if-not-exists.ts';
import { indexCorruption } from './index-corruption.ts';
import { missingLockTimeout } from './missing-lock-timeout.ts';
import { missingStatementTimeout } from './missing-statement-timeout.ts';
import { nestedTransaction } from './nested-transaction.ts';
import { notRerunnable } from './not-rerunnable.ts';
import { opaqueCode } from './opaque-code.ts';
import { uncommittedTransaction } from './uncommitted-transaction.ts';
import { vacuumFull } from './vacuum-full.ts';
import { wholeTableWrite } from './whole-table-write.ts';

/** How a file runs: how long it may wait, what it does in one go, what is left of it when it fails. */
export const RUNNING_RULES: readonly Rule[] = [
  missingLockTimeout,
  missingStatementTimeout,
  wholeTableWrite,
  backfillWithDdl,
  nestedTransaction,
  uncommittedTransaction,
  notRerunnable,
  indexIfNotExists,
  opaqueCode,
  vacuumFull,
  indexCorruption,
  changedDefault,
];
