import type { MigrationTool } from './migration-place.ts';

/** What of a file is run when its migration is, and how. */
export interface MigrationText {
  /** The file with the way back as blanks, so that every place in it stays where it is. */
  readonly text: string;
  /** What the file or its tool says of transactions; null: neither says anything. */
  readonly inTransaction: boolean | null;
}

/** Where the way back begins, in the files of dbmate, goose, sql-migrate and node-pg-migrate. */
const DOWN = /^[ \t]*--[ \t]*(?:migrate:down|\+goose\s+down|\+migrate\s+down|down\s+migration)\b.*$/im;
/** Where the way forward begins again, if it does. */
const UP = /^[ \t]*--[ \t]*(?:migrate:up|\+goose\s+up|\+migrate\s+up|up\s+migration)\b.*$/im;

/** Comments by which a file asks its tool to run it outside a transaction: dbmate, goose, sql-migrate, atlas, sqlx, Flyway. */
const NO_TRANSACTION =
  /^[ \t]*--[ \t]*(?:migrate:up\s.*transaction:\s*false|\+goose\s+no\s+transaction|\+migrate\s+up\s+notransaction|atlas:txmode\s+none|no-transaction|flyway:executeInTransaction=false)\b/im;

/** What is run of a migration file, by the conventions of the tools that have both ways in one file. */
export function migrationText(text: string, tool: MigrationTool): MigrationText {
  return { text: withoutWayBack(text), inTransaction: inTransaction(text, tool) };
}

function withoutWayBack(text: string): string {
  const down = DOWN.exec(text);
  if (down === null) return text;
  const behind = down.index + down[0].length;
  const up = UP.exec(text.slice(behind));
  const end = up === null ? text.length : behind + up.index;
  const blank = text.slice(behind, end).replace(/[^\r\n]/g, ' ');
  return text.slice(0, behind) + blank + (up === null ? '' : withoutWayBack(text.slice(end)));
}

function inTransaction(text: string, tool: MigrationTool): boolean | null {
  if (NO_TRANSACTION.test(text)) return false;
  // Prisma sends a file as one message: several statements in it are one transaction, a single one is none.
  return tool === 'prisma' && isSingle(text) ? false : null;
}

/** Whether a text has one statement only. One semicolon too many, in a string say, makes it several: that is no harm. */
function isSingle(text: string): boolean {
  const plain = text.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/--.*$/gm, ' ');
  return plain.split(';').filter((part) => part.trim() !== '').length === 1;
}
