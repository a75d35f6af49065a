import type { Node, RangeVar } from 'libpg-query';
import { nodesIn } from './expressions.ts';

/** Whether an UPDATE or DELETE reaches as many rows as there are, by its condition. */
export function isUnbounded(condition: Node | undefined): boolean {
  if (condition === undefined) return true;
  if ('BoolExpr' in condition) {
    const { boolop, args = [] } = condition.BoolExpr;
    if (boolop === 'AND_EXPR') return args.every(isUnbounded);
    return boolop === 'NOT_EXPR' ? true : args.some(isUnbounded);
  }
  if (
    'NullTest' in condition ||
    'BooleanTest' in condition ||
    'A_Const' in condition ||
    'ColumnRef' in condition
  )
    return true;
  if ('A_Expr' in condition) {
    const { kind, name = [] } = condition.A_Expr;
    const operator = name.flatMap((word) => ('String' in word ? [word.String.sval] : []))[0];
    if (kind === 'AEXPR_DISTINCT' || operator === '<>' || operator === '!=') return true;
    const { lexpr, rexpr } = condition.A_Expr;
    if (lexpr === undefined || rexpr === undefined) return false;
    // 1 = 1, and a join: c.id = o.customer_id.
    if (isConstant(lexpr) && isConstant(rexpr)) return true;
    if (kind === 'AEXPR_OP' && operator === '=' && 'ColumnRef' in lexpr && 'ColumnRef' in rexpr) return true;
    return isFromTheStart(operator, rexpr);
  }
  // A sub-select bounds what it picks from by its own condition or LIMIT.
  for (const node of nodesIn(condition)) {
    if (!('SelectStmt' in node)) continue;
    const { limitCount, whereClause } = node.SelectStmt;
    return limitCount === undefined && isUnbounded(whereClause);
  }
  return false;
}

function isConstant(node: Node): boolean {
  return 'A_Const' in node;
}

/** `id > 0`: as keys begin. */
function isFromTheStart(operator: string | undefined, value: Node): boolean {
  if ((operator !== '>' && operator !== '>=') || !('A_Const' in value)) return false;
  const { ival } = value.A_Const;
  return ival !== undefined && (ival.ival ?? 0) <= 1;
}

/** By what name a statement calls the table that it writes. */
export function calledIn(relation: RangeVar | undefined): string {
  return relation?.alias?.aliasname ?? relation?.relname ?? '';
}
