import type { Node } from 'libpg-query';
import { nodesIn } from './expressions.ts';
import type { SqlName } from './names.ts';
import { listName } from './names.ts';

/** The functions that a statement calls at its top: `SELECT f()`, `CALL p()`. */
export function calledFunctions(node: Node): readonly SqlName[] {
  if ('CallStmt' in node) return [listName(node.CallStmt.funccall?.funcname)];
  if (!('SelectStmt' in node)) return [];
  return [...nodesIn(node.SelectStmt.targetList), ...nodesIn(node.SelectStmt.fromClause)].flatMap((one) =>
    'FuncCall' in one ? [listName(one.FuncCall.funcname)] : [],
  );
}
