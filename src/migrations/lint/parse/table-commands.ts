import type { AlterTableCmd, AlterTableStmt, AlterTableType } from 'libpg-query';
import type { LintContext } from '../lint-context.ts';
import type { TableLock } from '../locks/table-lock.ts';
import { commandLocks } from '../locks/command-locks.ts';
import type { Found } from '../rule.ts';
import type { SqlName } from './names.ts';
import { relationName } from './names.ts';
import { isSqlForm } from '../safe-forms/is-sql-form.ts';
import type { Statement } from './statement.ts';

/** One command of an ALTER TABLE. */
export interface TableCommand {
  readonly command: AlterTableCmd;
  readonly table: SqlName;
  readonly statement: Statement;
  /** Where it stands in the statement's text. */
  readonly start: number;
  readonly end: number;
  /** As written: `ADD COLUMN total int`. */
  readonly text: string;
  /** What stands before the first of them: `ALTER TABLE ONLY shop.orders`. */
  readonly head: string;
  /** Those before it in the same statement. */
  readonly before: readonly AlterTableCmd[];
  /** Where a finding about it points: at the statement where it is the first one. */
  readonly at: number;
}

type CommandCheck = (command: TableCommand, context: LintContext) => readonly Found[];

/** A check of ALTER TABLE by what its commands do. */
export function onCommands(
  checks: Partial<Record<AlterTableType, CommandCheck>>,
): (body: AlterTableStmt, statement: Statement, context: LintContext) => readonly Found[] {
  return (body, statement, context) => {
    const { cmds = [], objtype } = body;
    if (objtype !== 'OBJECT_TABLE') return [];
    const isMeant = cmds.some(
      (node) => 'AlterTableCmd' in node && checks[node.AlterTableCmd.subtype ?? 'AT_DropOids'] !== undefined,
    );
    if (!isMeant) return [];
    return tableCommands(body, statement).flatMap(
      (command) =>
        checks[command.command.subtype ?? 'AT_DropOids']?.(command, context).map((found) =>
          cmds.length > 1 ? forOneOf(command, found) : found,
        ) ?? [],
    );
  };
}

/** Says of a safe form that it stands for one of several commands: whoever copied it would lose the others. */
function forOneOf({ text }: TableCommand, found: Found): Found {
  const { safeForm } = found;
  return {
    ...found,
    safeForm: () => {
      const form = typeof safeForm === 'function' ? safeForm() : safeForm;
      if (form === null || !isSqlForm(form)) return form;
      const said = text.replaceAll(/--.*$/gm, ' ').replaceAll(/\s+/g, ' ').trim();
      return `-- Only for: ${said}\n-- The other commands of the statement remain.\n${form}`;
    },
  };
}

/** What one command locks, the others left aside. */
export function locksOfCommand({ command, table }: TableCommand, context: LintContext): readonly TableLock[] {
  const { history, settings } = context;
  return commandLocks(command, table, { history, postgresVersion: settings.postgresVersion });
}

const KNOWN = new WeakMap<Statement, readonly TableCommand[]>();

/** The commands of an ALTER TABLE. Many rules ask for them: they are made once. */
export function tableCommands(body: AlterTableStmt, statement: Statement): readonly TableCommand[] {
  const known = KNOWN.get(statement) ?? toCommands(body, statement);
  KNOWN.set(statement, known);
  return known;
}

/** The tree has no places for them: commas outside of parentheses part them. Looked for only when one is asked for. */
function toCommands(body: AlterTableStmt, statement: Statement): readonly TableCommand[] {
  const commands = (body.cmds ?? []).flatMap((node) => ('AlterTableCmd' in node ? [node.AlterTableCmd] : []));
  const table = relationName(body.relation);
  let found: readonly TextRange[] | null = null;
  const range = (index: number): TextRange => {
    found ??= commandRanges(body, statement);
    return found[index] ?? { start: 0, end: statement.text.length };
  };
  return commands.map((command, index) => ({
    command,
    table,
    statement,
    before: commands.slice(0, index),
    get start() {
      return range(index).start;
    },
    get end() {
      return range(index).end;
    },
    get text() {
      return statement.text.slice(range(index).start, range(index).end);
    },
    get head() {
      return statement.text.slice(0, range(0).start).trimEnd();
    },
    get at() {
      return index === 0 ? 0 : range(index).start;
    },
  }));
}

interface TextRange {
  readonly start: number;
  readonly end: number;
}

function commandRanges(body: AlterTableStmt, statement: Statement): readonly TextRange[] {
  const name = statement.at(body.relation?.location ?? 0);
  const tokens = statement.tokens().filter(({ start }) => start >= name);
  const ranges: TextRange[] = [];
  let depth = 0;
  let isFirst = true;
  for (const { text, start, end } of tokens.slice(tokensOfName(tokens.map((token) => token.text)))) {
    if (text === '(' || text === '[') depth += 1;
    if (text === ')' || text === ']') depth -= 1;
    const isComma = text === ',' && depth === 0;
    if (isFirst) ranges.push({ start, end });
    else if (!isComma) ranges.push({ start: ranges.pop()?.start ?? start, end });
    isFirst = isComma;
  }
  return ranges;
}

/** How many tokens the name takes up: `shop . orders *`. */
function tokensOfName(tokens: readonly string[]): number {
  let count = 1;
  while (tokens[count] === '.') count += 2;
  return tokens[count] === '*' ? count + 1 : count;
}
