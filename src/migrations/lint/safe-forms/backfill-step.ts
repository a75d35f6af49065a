import type { SqlName } from '../parse/names.ts';
import { sqlName } from '../parse/names.ts';
import type { SafeStep } from './write-steps.ts';

/** Some 8 MB each: written in well under a second, and the locks on its rows are let go with it. */
const BLOCKS_PER_BATCH = 1_000;

/**
 * Fills a column in batches, each a transaction of its own: by block, so that no key is needed and each is read once
 * (14 and later find a range of blocks without a scan). Rows that are written meanwhile go to the end of the table,
 * which is looked at last.
 */
export function backfillStep(
  table: SqlName,
  fill: { readonly set: string; readonly where: string; readonly note: string },
): SafeStep {
  const name = sqlName(table);
  return {
    note: `${fill.note}\nOutside a transaction, in batches that each commit:`,
    sql: [
      [
        'DO $$',
        'DECLARE',
        '  block bigint := 0;',
        'BEGIN',
        `  WHILE block <= pg_relation_size('${name.replaceAll("'", "''")}') / current_setting('block_size')::bigint LOOP`,
        `    UPDATE ${name} SET ${fill.set}`,
        `    WHERE ctid >= format('(%s,0)', block)::tid AND ctid < format('(%s,0)', block + ${BLOCKS_PER_BATCH})::tid`,
        `      AND ${fill.where};`,
        '    COMMIT;',
        `    block := block + ${BLOCKS_PER_BATCH};`,
        '  END LOOP;',
        'END $$',
      ].join('\n'),
    ],
  };
}
