import type { IndexStmt, Node } from 'libpg-query';
import { objectNameOf, strings } from './names.ts';

/**
 * The name that Postgres gives an index without one: `orders_total_idx`, with a number behind it where that is taken
 * (`ChooseIndexName` and `FigureColname` of its source).
 */
export function defaultIndexName(
  index: IndexStmt,
  table: string,
  isTaken: (name: string) => boolean = () => false,
): string {
  const parts: string[] = [];
  for (const node of [...(index.indexParams ?? []), ...(index.indexIncludingParams ?? [])]) {
    const said =
      'IndexElem' in node ? (node.IndexElem.name ?? nameOf(node.IndexElem.expr) ?? 'expr') : 'expr';
    let part = said;
    for (let number = 1; parts.includes(part); number += 1) part = `${said}${number}`;
    parts.push(part);
  }
  let name = objectNameOf([table, ...parts], 'idx');
  for (let number = 1; isTaken(name); number += 1) name = objectNameOf([table, ...parts], `idx${number}`);
  return name;
}

/** What an expression would be called as a column of a query; null: nothing of its own. */
function nameOf(expression: Node | undefined): string | null {
  if (expression === undefined) return null;
  if ('ColumnRef' in expression) return strings(expression.ColumnRef.fields).at(-1) ?? null;
  if ('FuncCall' in expression) return strings(expression.FuncCall.funcname).at(-1) ?? null;
  if ('TypeCast' in expression) {
    const { arg, typeName } = expression.TypeCast;
    const inner = nameOf(arg);
    // Of a constant or a CASE the type is the better name.
    return inner === null || (arg !== undefined && 'CaseExpr' in arg)
      ? (strings(typeName?.names).at(-1) ?? null)
      : inner;
  }
  if ('CollateClause' in expression) return nameOf(expression.CollateClause.arg);
  if ('CoalesceExpr' in expression) return 'coalesce';
  if ('MinMaxExpr' in expression) return expression.MinMaxExpr.op === 'IS_GREATEST' ? 'greatest' : 'least';
  if ('A_Expr' in expression) return expression.A_Expr.kind === 'AEXPR_NULLIF' ? 'nullif' : null;
  if ('A_ArrayExpr' in expression) return 'array';
  if ('RowExpr' in expression) return 'row';
  if ('CaseExpr' in expression) return caseName(expression.CaseExpr.defresult);
  return null;
}

/** What ELSE says, where that has a name. */
function caseName(otherwise: Node | undefined): string {
  const isNamed = otherwise !== undefined && ('ColumnRef' in otherwise || 'FuncCall' in otherwise);
  return (isNamed ? nameOf(otherwise) : null) ?? 'case';
}
