import type { Node } from 'libpg-query';

/**
 * The parts of a statement that run: what they call and write happens. A view, a function, a rule and a default are only
 * written down.
 */
export function executedParts(node: Node): readonly unknown[] {
  if ('CreateTableAsStmt' in node) {
    const { query, into } = node.CreateTableAsStmt;
    return into?.skipData === true ? [] : [query];
  }
  if ('ExplainStmt' in node) return isAnalyzed(node.ExplainStmt.options) ? [node.ExplainStmt.query] : [];
  if ('CopyStmt' in node) return [node.CopyStmt.query, node.CopyStmt.whereClause];
  if ('DeclareCursorStmt' in node) return [node.DeclareCursorStmt.query];
  if ('AlterTableStmt' in node) return (node.AlterTableStmt.cmds ?? []).filter((cmd) => !isOnlyDefault(cmd));
  if ('CreateStmt' in node) return [node.CreateStmt.partbound];
  const isRun = RUN.some((kind) => kind in node);
  return isRun ? [node] : [];
}

const RUN = [
  'SelectStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'TruncateStmt',
  'IndexStmt',
  'AlterDomainStmt',
  'CreateStatsStmt',
];

function isAnalyzed(options: readonly Node[] | undefined): boolean {
  return (options ?? []).some((option) => 'DefElem' in option && option.DefElem.defname === 'analyze');
}

/** For rows to come alone. */
function isOnlyDefault(command: Node): boolean {
  return 'AlterTableCmd' in command && command.AlterTableCmd.subtype === 'AT_ColumnDefault';
}
