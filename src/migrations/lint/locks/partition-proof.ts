import type { Node, PartitionBoundSpec } from 'libpg-query';
import { plainColumn } from '../parse/expressions.ts';

/** One comparison that all rows fulfill: `at >= '2026-01-01'`. */
interface Comparison {
  readonly column: string;
  readonly operator: string;
  /** One, or those of `IN (…)`. */
  readonly values: readonly string[];
}

/**
 * Whether a CHECK says so much that Postgres need not look at the rows of a new partition: false where it plainly does not;
 * null where it cannot be told, as for bounds over several columns. `isNotNull`: of a column, without the CHECK.
 */
export function provesBounds(
  check: Node,
  bound: PartitionBoundSpec,
  isNotNull: (column: string) => boolean,
): boolean | null {
  const comparisons = comparisonsIn(check);
  const proved = notNullIn(check);
  const columns = [...new Set(comparisons.map(({ column }) => column))];
  if (bound.strategy === 'l') {
    const wanted = (bound.listdatums ?? []).map(valueOf);
    if (wanted.includes(null)) return null;
    return columns.some(
      (column) =>
        (proved.has(column) || isNotNull(column)) &&
        comparisons.some(
          (one) =>
            one.column === column &&
            one.operator === '=' &&
            one.values.every((value) => wanted.includes(value)),
        ),
    );
  }
  if (bound.strategy !== 'r') return bound.strategy === 'h' ? false : null;
  const { lowerdatums: lower = [], upperdatums: upper = [] } = bound;
  if (lower.length !== 1 || upper.length !== 1) return null;
  return columns.some((column) => {
    const own = comparisons.filter((one) => one.column === column);
    return (
      (proved.has(column) || isNotNull(column)) &&
      isWithin(own, lower[0], ['>', '>='], (value, limit) => value >= limit) &&
      isWithin(own, upper[0], ['<', '<='], (value, limit, operator) =>
        operator === '<' ? value <= limit : value < limit,
      )
    );
  });
}

function isWithin(
  comparisons: readonly Comparison[],
  limit: Node | undefined,
  operators: readonly string[],
  fits: (value: number | string, limit: number | string, operator: string) => boolean,
): boolean {
  // MINVALUE and MAXVALUE.
  if (limit !== undefined && 'ColumnRef' in limit) return true;
  const wanted = limit === undefined ? null : valueOf(limit);
  if (wanted === null) return false;
  return comparisons.some(({ operator, values: [value = ''] }) => {
    if (!operators.includes(operator)) return false;
    const [one, other] = comparable(value, wanted);
    return fits(one, other, operator);
  });
}

/** Numbers as numbers; days and times sort as they are written. */
function comparable(one: string, other: string): readonly [number | string, number | string] {
  const isNumber = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text);
  return isNumber(one) && isNumber(other) ? [Number(one), Number(other)] : [one, other];
}

function comparisonsIn(node: Node): readonly Comparison[] {
  return conjuncts(node).flatMap((one): readonly Comparison[] => {
    if (!('A_Expr' in one)) return [];
    const { kind, lexpr, rexpr, name = [] } = one.A_Expr;
    const [first] = name;
    const operator = first !== undefined && 'String' in first ? (first.String.sval ?? '') : '';
    if (lexpr === undefined || rexpr === undefined) return [];
    const column = plainColumn(lexpr);
    if (kind === 'AEXPR_OP') {
      const value = valueOf(rexpr);
      if (column !== null) return value === null ? [] : [{ column, operator, values: [value] }];
      const [turned, constant] = [plainColumn(rexpr), valueOf(lexpr)];
      const mirrored = MIRRORED[operator];
      return turned === null || constant === null || mirrored === undefined
        ? []
        : [{ column: turned, operator: mirrored, values: [constant] }];
    }
    const values = 'List' in rexpr ? (rexpr.List.items ?? []).map(valueOf) : [];
    if (column === null || values.length === 0 || values.includes(null)) return [];
    const known = values.filter((value) => value !== null);
    if (kind === 'AEXPR_IN' && operator === '=') return [{ column, operator, values: known }];
    if (kind !== 'AEXPR_BETWEEN') return [];
    return [
      { column, operator: '>=', values: known.slice(0, 1) },
      { column, operator: '<=', values: known.slice(1) },
    ];
  });
}

const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=' };

function notNullIn(node: Node): ReadonlySet<string> {
  return new Set(
    conjuncts(node).flatMap((one) => {
      if (!('NullTest' in one) || one.NullTest.nulltesttype !== 'IS_NOT_NULL') return [];
      const column = one.NullTest.arg === undefined ? null : plainColumn(one.NullTest.arg);
      return column === null ? [] : [column];
    }),
  );
}

function conjuncts(node: Node): readonly Node[] {
  if (!('BoolExpr' in node) || node.BoolExpr.boolop !== 'AND_EXPR') return [node];
  return (node.BoolExpr.args ?? []).flatMap(conjuncts);
}

/** A constant as it is written, its cast left aside; null: it is none. */
function valueOf(node: Node): string | null {
  if ('TypeCast' in node) return node.TypeCast.arg === undefined ? null : valueOf(node.TypeCast.arg);
  if (!('A_Const' in node)) return null;
  const { ival, fval, sval, isnull } = node.A_Const;
  if (isnull === true) return null;
  return sval?.sval ?? fval?.fval ?? (ival === undefined ? null : String(ival.ival ?? 0));
}
