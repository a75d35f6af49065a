/** How a statement of a simple query is carried out. */
export type StatementKind =
  /** Opens or ends a transaction, or moves within one. */
  | 'begin'
  | 'end'
  | 'savepoint'
  /** Cannot run inside a transaction, or means something else there. */
  | 'alone'
  | 'plain';

/** One statement of a simple query. */
export interface StatementPiece {
  readonly sql: string;
  readonly kind: StatementKind;
  /** In characters from the beginning of the query. */
  readonly offset: number;
}

/** Takes a query apart; null where the parser does not understand it. */
export type SplitStatements = (sql: string) => readonly StatementPiece[] | null;

interface RawStatement {
  readonly stmt?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** In bytes. */
  readonly stmt_location?: number;
  /** Zero or absent: to the end. */
  readonly stmt_len?: number;
}

/** Loads Postgres' own parser. */
export async function loadSplitter(): Promise<SplitStatements> {
  const { loadModule, parseSync } = await import('libpg-query');
  await loadModule();
  return (sql) => {
    let statements: readonly RawStatement[];
    try {
      statements = (parseSync(sql).stmts ?? []) as unknown as readonly RawStatement[];
    } catch {
      return null;
    }
    const bytes = Buffer.from(sql);
    return statements.map((statement) => pieceOf(bytes, statement));
  };
}

function pieceOf(
  bytes: Buffer,
  { stmt = {}, stmt_location: at = 0, stmt_len: length = 0 }: RawStatement,
): StatementPiece {
  const sql = bytes.toString('utf8', at, length === 0 ? bytes.length : at + length);
  // As many as there are bytes that begin a character.
  const offset = bytes
    .subarray(0, at)
    .reduce((count, byte) => ((byte & 0xc0) === 0x80 ? count : count + 1), 0);
  const [node = '', fields = {}] = Object.entries(stmt)[0] ?? [];
  return { sql, offset, kind: kindOf(node, fields) };
}

function kindOf(node: string, fields: Readonly<Record<string, unknown>>): StatementKind {
  if (node === 'TransactionStmt') return transactionKind(String(fields['kind']));
  return isAlone(node, fields) ? 'alone' : 'plain';
}

function transactionKind(kind: string): StatementKind {
  if (kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START') return 'begin';
  return /SAVEPOINT|RELEASE|ROLLBACK_TO/.test(kind) ? 'savepoint' : 'end';
}

/** Statements that refuse to run in a transaction, or have nothing to lock. */
const ALONE: ReadonlySet<string> = new Set([
  'VacuumStmt',
  'CreatedbStmt',
  'DropdbStmt',
  'AlterDatabaseStmt',
  'CreateTableSpaceStmt',
  'DropTableSpaceStmt',
  'AlterSystemStmt',
  'VariableSetStmt',
  'VariableShowStmt',
  'DiscardStmt',
  'ListenStmt',
  'UnlistenStmt',
  'NotifyStmt',
  'PrepareStmt',
  'DeallocateStmt',
  'CheckPointStmt',
  'LoadStmt',
  'CallStmt',
  // These want a transaction, and it is not for the tap to give them one.
  'LockStmt',
  'DeclareCursorStmt',
  'CreateSubscriptionStmt',
  'DropSubscriptionStmt',
  'AlterSubscriptionStmt',
]);

function isAlone(node: string, fields: Readonly<Record<string, unknown>>): boolean {
  if (node === 'VacuumStmt') return fields['is_vacuumcmd'] === true;
  if (ALONE.has(node)) return true;
  const text = JSON.stringify(fields);
  switch (node) {
    case 'IndexStmt':
    case 'DropStmt':
      return fields['concurrent'] === true;
    case 'ReindexStmt':
      return text.includes('"concurrently"') || /REINDEX_OBJECT_(SCHEMA|SYSTEM|DATABASE)/.test(text);
    case 'AlterTableStmt':
      return text.includes('"concurrent":true');
    case 'ClusterStmt':
      return fields['relation'] === undefined;
    case 'DoStmt':
      // A block that ends transactions by itself has to be outside of one.
      return /\b(commit|rollback)\b/i.test(text);
    default:
      return false;
  }
}
