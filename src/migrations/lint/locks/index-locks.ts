import type { Node, ReindexStmt } from 'libpg-query';
import { keyOf } from '../history/schema-history.ts';
import type { LockKnowledge, TableLock } from './table-lock.ts';
import { relationName } from '../parse/names.ts';

/** What CREATE INDEX and REINDEX lock. */
export function indexLocks(node: Node, { history }: LockKnowledge): readonly TableLock[] {
  if ('IndexStmt' in node) {
    const { relation, concurrent } = node.IndexStmt;
    const lock = concurrent === true ? 'ShareUpdateExclusive' : 'Share';
    return [{ table: relationName(relation), lock, work: 'index-build' }];
  }
  if (!('ReindexStmt' in node)) return [];
  const { kind, relation } = node.ReindexStmt;
  const isConcurrent = isConcurrentReindex(node.ReindexStmt);
  const lock = isConcurrent ? 'ShareUpdateExclusive' : 'Share';
  if (relation === undefined) return [];
  const name = relationName(relation);
  if (kind === 'REINDEX_OBJECT_TABLE') return [{ table: name, lock, work: 'index-build' }];
  const table = history.indexes.get(keyOf(history, name))?.table;
  const own: TableLock = {
    table: name,
    lock: isConcurrent ? 'ShareUpdateExclusive' : 'AccessExclusive',
    work: 'index-build',
  };
  return table === undefined ? [own] : [{ table, lock, work: 'index-build' }, own];
}

/** Whether it is `REINDEX … CONCURRENTLY`, in either spelling. */
export function isConcurrentReindex({ params = [] }: ReindexStmt): boolean {
  return params.some((node) => {
    if (!('DefElem' in node) || node.DefElem.defname !== 'concurrently') return false;
    const { arg } = node.DefElem;
    return arg === undefined || !('String' in arg) || !/^(false|off|0|no)$/i.test(arg.String.sval ?? '');
  });
}
