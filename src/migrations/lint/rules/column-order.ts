import { definedColumns, type DefinedColumn } from '../parse/defined-columns.ts';
import { relationName, sayName } from '../parse/names.ts';
import type { Rule } from '../rule.ts';

/** Where a value may begin, and how many bytes it takes (pg_type: typalign, typlen). Types of no fixed length count none. */
const LAYOUT: Readonly<Record<string, readonly [align: number, bytes: number]>> = {
  bool: [1, 1],
  char: [1, 1],
  int2: [2, 2],
  smallserial: [2, 2],
  int4: [4, 4],
  serial: [4, 4],
  float4: [4, 4],
  date: [4, 4],
  int8: [8, 8],
  bigserial: [8, 8],
  float8: [8, 8],
  time: [8, 8],
  timetz: [8, 12],
  timestamp: [8, 8],
  timestamptz: [8, 8],
  interval: [8, 16],
  uuid: [1, 16],
};

/** Less than this in a row is not worth a word. */
const WASTE_BYTES_MIN = 8;

/** Row 32: gaps between the columns of every row. */
export const columnOrder: Rule = {
  id: 'column-order',
  title: 'Columns in an order that wastes room',
  severity: 'advice',
  what: 'CREATE TABLE with columns in an order that makes each row at least 8 bytes longer than another order would.',
  why:
    'Values of eight bytes begin at multiples of eight, those of four at multiples of four: what lies between is empty in ' +
    'every row for good, for Postgres does not move columns. Wide ones first, then narrow ones, then text.',
  unsafe:
    'CREATE TABLE visits (is_new boolean, id bigint PRIMARY KEY, is_paid boolean, came_at timestamptz, page text);',
  isForNewTables: true,
  checks: {
    CreateStmt: ({ relation, partspec }, statement) => {
      const columns = definedColumns(statement.node, statement);
      const best = columns.toSorted((one, other) => rank(other) - rank(one));
      const waste = rowBytes(columns) - rowBytes(best);
      if (waste < WASTE_BYTES_MIN || partspec !== undefined) return [];
      return [
        {
          message: `In this order each row of ${sayName(relationName(relation))} is ${waste} bytes longer than it must be.`,
          why: null,
          locks: [],
          safeForm: `Write the columns in this order: ${best.map(({ name }) => name).join(', ')}.`,
        },
      ];
    },
  },
};

function layoutOf({ type }: DefinedColumn): readonly [number, number] | null {
  if (type === null || type.isArray || type.schema !== null) return null;
  return LAYOUT[type.name] ?? null;
}

/** Wide ones first; what has no fixed length last, whose short values begin anywhere. */
function rank(column: DefinedColumn): number {
  const layout = layoutOf(column);
  return layout === null ? -1 : layout[0];
}

/** Of the columns of a fixed length; the row itself is filled up to a multiple of eight, too. */
function rowBytes(columns: readonly DefinedColumn[]): number {
  let at = 0;
  for (const column of columns) {
    const [align, bytes] = layoutOf(column) ?? [1, 0];
    at = Math.ceil(at / align) * align + bytes;
  }
  return Math.ceil(at / 8) * 8;
}
