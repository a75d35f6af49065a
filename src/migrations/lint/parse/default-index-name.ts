import type { IndexStmt } from 'libpg-query';
import { objectNameOf } from './names.ts';
import { strings } from './names.ts';

/** The name that Postgres gives an index without one: `orders_total_idx`. */
export function defaultIndexName(index: IndexStmt, table: string): string {
  const parts = (index.indexParams ?? []).map((node) => {
    if (!('IndexElem' in node)) return 'expr';
    const { name, expr } = node.IndexElem;
    if (name !== undefined) return name;
    return expr !== undefined && 'FuncCall' in expr
      ? (strings(expr.FuncCall.funcname).at(-1) ?? 'expr')
      : 'expr';
  });
  return objectNameOf([table, ...parts], 'idx');
}
