import type { Node } from 'libpg-query';
import { nodesIn } from '../parse/expressions.ts';
import { relationName, strings } from '../parse/names.ts';
import type { SchemaHistory } from './schema-history.ts';
import { keyOf } from './schema-history.ts';

/**
 * The tables that a query reads, each with the columns that it names; null for all of them (`*`). A column without a
 * table's name in front counts for each table that may have it: rather one table too many than a view overlooked.
 */
export function viewUses(
  history: SchemaHistory,
  query: Node | undefined,
): ReadonlyMap<string, ReadonlySet<string> | null> {
  const nodes = [...nodesIn(query)];
  const aliases = new Map<string, string>();
  const tables = nodes.flatMap((node) => {
    if (!('RangeVar' in node)) return [];
    const name = relationName(node.RangeVar);
    const key = keyOf(history, name);
    aliases.set(node.RangeVar.alias?.aliasname ?? name.name, key);
    return [key];
  });
  const uses = new Map<string, Set<string> | null>(tables.map((key) => [key, new Set<string>()]));
  for (const node of nodes) {
    if (!('ColumnRef' in node)) continue;
    const { fields = [] } = node.ColumnRef;
    const isStar = fields.some((field) => 'A_Star' in field);
    const words = strings(fields);
    const qualifier = isStar ? words.at(-1) : words.at(-2);
    const own = qualifier === undefined ? undefined : aliases.get(qualifier);
    for (const key of own === undefined ? tables : [own]) {
      if (isStar) uses.set(key, null);
      else if (mayHave(history, key, words.at(-1))) uses.get(key)?.add(words.at(-1) ?? '');
    }
  }
  return uses;
}

function mayHave(history: SchemaHistory, key: string, column: string | undefined): boolean {
  const columns = history.tables.get(key)?.columns;
  return column !== undefined && (columns === undefined || columns.size === 0 || columns.has(column));
}
