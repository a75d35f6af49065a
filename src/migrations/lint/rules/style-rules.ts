import type { Rule } from '../rule.ts';
import { charType } from './char-type.ts';
import { columnOrder } from './column-order.ts';
import { duplicateAssignment } from './duplicate-assignment.ts';
import { longIdentifier } from './long-identifier.ts';
import { narrowId } from './narrow-id.ts';
import { serialType } from './serial-type.ts';
import { timestampWithoutTimeZone } from './timestamp-without-time-zone.ts';
import { unqualifiedTable } from './unqualified-table.ts';
import { varcharLength } from './varchar-length.ts';
import { manyIndexColumns } from './many-index-columns.ts';

/** What costs little now and much later. */
export const STYLE_RULES: readonly Rule[] = [
  duplicateAssignment,
  longIdentifier,
  narrowId,
  serialType,
  timestampWithoutTimeZone,
  charType,
  varcharLength,
  manyIndexColumns,
  columnOrder,
  unqualifiedTable,
];
