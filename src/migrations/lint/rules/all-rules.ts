import type { Rule } from '../rule.ts';
import { addCheckConstraint } from './add-check-constraint.ts';
import { addColumnJson } from './add-column-json.ts';
import { addColumnRewrite } from './add-column-rewrite.ts';
import { addExclusionConstraint } from './add-exclusion-constraint.ts';
import { addForeignKey } from './add-foreign-key.ts';
import { addPrimaryKey } from './add-primary-key.ts';
import { addRequiredColumn } from './add-required-column.ts';
import { addUniqueConstraint } from './add-unique-constraint.ts';
import { attachPartitionScan } from './attach-partition-scan.ts';
import { changeColumnType } from './change-column-type.ts';
import { changeCompositeType } from './change-composite-type.ts';
import { changeTableStorage } from './change-table-storage.ts';
import { concurrentInTransaction } from './concurrent-in-transaction.ts';
import { createIndexNotConcurrent } from './create-index-not-concurrent.ts';
import { createPartitionOf } from './create-partition-of.ts';
import { DATA_RULES } from './data-rules.ts';
import { detachPartitionNotConcurrent } from './detach-partition-not-concurrent.ts';
import { dropIndexNotConcurrent } from './drop-index-not-concurrent.ts';
import { locksReferencedTable } from './locks-referenced-table.ts';
import { manyExclusiveLocks } from './many-exclusive-locks.ts';
import { reindexNotConcurrent } from './reindex-not-concurrent.ts';
import { revokeRight } from './revoke-right.ts';
import { rowSecurityWithoutPolicy } from './row-security-without-policy.ts';
import { RUNNING_RULES } from './running-rules.ts';
import { refreshNotConcurrent } from './refresh-not-concurrent.ts';
import { setExpression } from './set-expression.ts';
import { setNotNull } from './set-not-null.ts';
import { STYLE_RULES } from './style-rules.ts';
import { triggerRuleOrPolicy } from './trigger-rule-or-policy.ts';
import { validateInSameTransaction } from './validate-in-same-transaction.ts';
import { viewUsesColumn } from './view-uses-column.ts';

/** Every rule there is, in the order of docs/reference/migration-rules.md. */
export const ALL_RULES: readonly Rule[] = [
  createIndexNotConcurrent,
  dropIndexNotConcurrent,
  concurrentInTransaction,
  reindexNotConcurrent,
  refreshNotConcurrent,
  detachPartitionNotConcurrent,
  addColumnRewrite,
  addRequiredColumn,
  addColumnJson,
  setNotNull,
  addForeignKey,
  addCheckConstraint,
  validateInSameTransaction,
  addUniqueConstraint,
  addPrimaryKey,
  addExclusionConstraint,
  changeColumnType,
  setExpression,
  changeCompositeType,
  viewUsesColumn,
  createPartitionOf,
  attachPartitionScan,
  locksReferencedTable,
  manyExclusiveLocks,
  triggerRuleOrPolicy,
  rowSecurityWithoutPolicy,
  revokeRight,
  changeTableStorage,
  ...DATA_RULES,
  ...RUNNING_RULES,
  ...STYLE_RULES,
];
