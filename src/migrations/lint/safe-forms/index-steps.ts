import { keyOf } from '../history/schema-history.ts';
import type { LintContext } from '../lint-context.ts';
import type { SqlName } from '../parse/names.ts';
import { objectNameOf, quoteName, sqlName } from '../parse/names.ts';
import type { SafeStep } from './write-steps.ts';
import { OUTSIDE_TRANSACTION } from './write-steps.ts';

/** An index that is to be built beside everybody's work. */
export interface WantedIndex {
  readonly name: string;
  readonly table: SqlName;
  readonly isUnique: boolean;
  /** What stands behind the table's name: `USING btree (total) WHERE paid`. */
  readonly rest: string;
  /** As written: `IF NOT EXISTS`. */
  readonly isIfNotExists?: boolean;
}

/** Builds an index CONCURRENTLY; for a partitioned table partition by partition, which is the only way there. */
export function indexSteps(index: WantedIndex, context: LintContext): readonly SafeStep[] {
  const known = context.table(index.table);
  if (known?.isPartitioned === true) return partitionedSteps(index, context);
  const whole = sqlName({ schema: index.table.schema, name: index.name });
  const drop = `DROP INDEX CONCURRENTLY IF EXISTS ${whole}`;
  const create = `${createIndex(index)} CONCURRENTLY ${quoteName(index.name)} ON ${sqlName(index.table)} ${index.rest}`;
  // IF NOT EXISTS would be content with the invalid index.
  if (index.isIfNotExists === true)
    return [
      { note: `${OUTSIDE_TRANSACTION}\nAn attempt that fails leaves an invalid index.`, sql: [drop, create] },
    ];
  const note = `${OUTSIDE_TRANSACTION}\nAn attempt that fails leaves an invalid index. Drop it before the next one:\n${drop};`;
  return [{ note, sql: [create] }];
}

function createIndex({ isUnique }: WantedIndex): string {
  return isUnique ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX';
}

function partitionedSteps(index: WantedIndex, context: LintContext): readonly SafeStep[] {
  const { history } = context;
  const key = keyOf(history, index.table);
  const partitions = [...history.tables.values()].filter(({ partitionOf }) => partitionOf === key);
  const guard = index.isIfNotExists === true ? 'IF NOT EXISTS ' : '';
  const parent: SafeStep = {
    note: 'On the parent alone: nothing is built, and it is valid when every partition has its part.',
    sql: [
      `${createIndex(index)} ${guard}${quoteName(index.name)} ON ONLY ${sqlName(index.table)} ${index.rest}`,
    ],
  };
  const whole = sqlName({ schema: index.table.schema, name: index.name });
  const parts = partitions.map(({ name }): SafeStep => {
    const part = objectNameOf([name.name, index.name], 'part');
    const partName = sqlName({ schema: name.schema, name: part });
    return {
      note: OUTSIDE_TRANSACTION,
      sql: [
        `${createIndex(index)} CONCURRENTLY ${quoteName(part)} ON ${sqlName(name)} ${index.rest}`,
        `ALTER INDEX ${whole} ATTACH PARTITION ${partName}`,
      ],
    };
  });
  const others: SafeStep = {
    note: [
      `For each ${partitions.length === 0 ? '' : 'other '}partition, outside a transaction:`,
      `${createIndex(index)} CONCURRENTLY <name> ON <partition> ${index.rest.replaceAll('\n', ' ')};`,
      `ALTER INDEX ${whole} ATTACH PARTITION <name>;`,
    ].join('\n'),
    sql: [],
  };
  return [parent, ...parts, others];
}
