import type { SqlName } from '../parse/names.ts';
import type { SchemaHistory, ViewState } from './schema-history.ts';
import { keyOf } from './schema-history.ts';

/** The views that read a column, and those that read these, each before what reads it. */
export function dependentViews(
  history: SchemaHistory,
  { table, column }: { readonly table: SqlName; readonly column: string },
): readonly ViewState[] {
  const key = keyOf(history, table);
  const found: ViewState[] = [];
  const keys = new Set<string>();
  for (const [viewKey, view] of history.views) {
    const columns = view.uses.get(key);
    const isReader = columns === null || columns?.has(column) === true;
    const isReaderOfReader = [...view.uses.keys()].some((used) => keys.has(used));
    if (!isReader && !isReaderOfReader) continue;
    keys.add(viewKey);
    found.push(view);
  }
  return found;
}
