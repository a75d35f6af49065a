import type { Rule } from '../rule.ts';
import { domainWithCheck } from './domain-with-check.ts';
import { dropColumn } from './drop-column.ts';
import { dropDatabase } from './drop-database.ts';
import { dropForeignKey } from './drop-foreign-key.ts';
import { dropNotNull } from './drop-not-null.ts';
import { dropObject } from './drop-object.ts';
import { dropSchema } from './drop-schema.ts';
import { dropTable } from './drop-table.ts';
import { enumValueInTransaction } from './enum-value-in-transaction.ts';
import { enumValuePosition } from './enum-value-position.ts';
import { recreateTable } from './recreate-table.ts';
import { renameColumn } from './rename-column.ts';
import { renameEnumValue } from './rename-enum-value.ts';
import { renameSchema } from './rename-schema.ts';
import { renameTable } from './rename-table.ts';
import { truncateCascade } from './truncate-cascade.ts';
import { truncate } from './truncate.ts';

/** What is taken away, from the release that runs or for good. */
export const DATA_RULES: readonly Rule[] = [
  dropTable,
  dropColumn,
  dropSchema,
  dropDatabase,
  dropObject,
  recreateTable,
  truncate,
  truncateCascade,
  renameTable,
  renameColumn,
  renameSchema,
  renameEnumValue,
  dropNotNull,
  dropForeignKey,
  domainWithCheck,
  enumValuePosition,
  enumValueInTransaction,
];
