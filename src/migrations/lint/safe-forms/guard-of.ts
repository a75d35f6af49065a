import type { AlterTableStmt, Node } from 'libpg-query';
import { editStatement, findWord, insertAfter } from '../parse/edit-tokens.ts';
import { quoteName, relationName, sqlName } from '../parse/names.ts';
import type { Statement } from '../parse/statement.ts';

/** How a statement that fails the second time becomes one that does not. */
export interface Guard {
  /** `CREATE TABLE`, as one says it. */
  readonly words: string;
  /** The statement that bears to be run again; null: it has no such form. */
  readonly safeForm: string | null;
  /** The statement without its end that makes it bear it when it stands in front; null: there is none. */
  readonly drops: string | null;
}

/** Words behind which `IF NOT EXISTS` stands, by kind of statement, with how one tells that it does. */
const CREATES: Readonly<Record<string, { readonly words: readonly string[]; readonly flag: string }>> = {
  CreateStmt: { words: ['table'], flag: 'if_not_exists' },
  CreateTableAsStmt: { words: ['table', 'view'], flag: 'if_not_exists' },
  CreateSchemaStmt: { words: ['schema'], flag: 'if_not_exists' },
  CreateSeqStmt: { words: ['sequence'], flag: 'if_not_exists' },
  CreateExtensionStmt: { words: ['extension'], flag: 'if_not_exists' },
};

/** Behind CREATE, where OR REPLACE belongs. */
const REPLACEABLE: Readonly<Record<string, string>> = {
  ViewStmt: 'CREATE VIEW',
  CreateFunctionStmt: 'CREATE FUNCTION',
  CreateTrigStmt: 'CREATE TRIGGER',
};

const UNGUARDED: Readonly<Record<string, string>> = {
  RenameStmt: 'RENAME',
  CreateEnumStmt: 'CREATE TYPE',
  CompositeTypeStmt: 'CREATE TYPE',
  CreateDomainStmt: 'CREATE DOMAIN',
  CreatePolicyStmt: 'CREATE POLICY',
  AlterObjectSchemaStmt: 'SET SCHEMA',
};

/** What to do that a statement can be run twice; null: it can be already. */
export function guardOf(statement: Statement): Guard | null {
  const { kind, node } = statement;
  const body = (node as Record<string, unknown>)[kind] as Readonly<Record<string, unknown>>;
  const create = CREATES[kind];
  if (create !== undefined) {
    if (body[create.flag] === true) return null;
    // A schema with tables in it is made whole or not at all.
    if (body['schemaElts'] !== undefined) return guard('CREATE SCHEMA', null);
    const word = findWord(statement, create.words);
    const what =
      body['objtype'] === 'OBJECT_MATVIEW' ? 'MATERIALIZED VIEW' : (word?.text.toUpperCase() ?? '');
    return guard(`CREATE ${what}`, edited(statement, word, 'IF NOT EXISTS'));
  }
  const replaceable = REPLACEABLE[kind];
  if (replaceable !== undefined) {
    if (body['replace'] === true) return null;
    return guard(replaceable, edited(statement, findWord(statement, ['create']), 'OR REPLACE'));
  }
  if ('IndexStmt' in node) return indexGuard(node, statement);
  if ('DropStmt' in node) {
    if (node.DropStmt.missing_ok === true) return null;
    return guard('DROP', dropGuard(statement));
  }
  if ('AlterTableStmt' in node) return alterGuard(node.AlterTableStmt, statement);
  if ('AlterEnumStmt' in node) {
    if (node.AlterEnumStmt.skipIfNewValExists === true || node.AlterEnumStmt.oldVal !== undefined)
      return null;
    return guard('ADD VALUE', edited(statement, findWord(statement, ['value']), 'IF NOT EXISTS'));
  }
  const words = UNGUARDED[kind];
  return words === undefined ? null : guard(words, null);
}

function guard(words: string, safeForm: string | null, drops: string | null = null): Guard {
  return { words, safeForm, drops };
}

function edited(statement: Statement, word: ReturnType<typeof findWord>, words: string): string | null {
  return word === null ? null : `${editStatement(statement, [insertAfter(word, words)])};`;
}

/** `IF NOT EXISTS` would be content with the invalid index that a failed attempt leaves behind. */
function indexGuard(node: Extract<Node, { IndexStmt: unknown }>, statement: Statement): Guard | null {
  const { idxname, relation, concurrent, if_not_exists: isGuarded } = node.IndexStmt;
  if (idxname === undefined) return null;
  // What IF NOT EXISTS does beside CONCURRENTLY is the matter of index-if-not-exists.
  if (isGuarded === true) return null;
  if (concurrent !== true)
    return guard('CREATE INDEX', edited(statement, findWord(statement, ['index']), 'IF NOT EXISTS'));
  const name = sqlName({ schema: relationName(relation).schema, name: idxname });
  const drops = `DROP INDEX CONCURRENTLY IF EXISTS ${name}`;
  return guard('CREATE INDEX CONCURRENTLY', `${drops};\n${statement.text};`, drops);
}

/** Behind what is dropped: `DROP INDEX CONCURRENTLY IF EXISTS`, `DROP FOREIGN TABLE IF EXISTS`. */
function dropGuard(statement: Statement): string | null {
  const [, kind, next] = statement.tokens();
  const isLonger =
    /^(materialized|foreign|event|access)$/i.test(kind?.text ?? '') ||
    /^concurrently$/i.test(next?.text ?? '');
  return edited(statement, (isLonger ? next : kind) ?? null, 'IF EXISTS');
}

function alterGuard({ relation, cmds = [], objtype }: AlterTableStmt, statement: Statement): Guard | null {
  const commands = cmds.flatMap((node) => ('AlterTableCmd' in node ? [node.AlterTableCmd] : []));
  const open = commands.find(
    ({ subtype, missing_ok: isGuarded }) => isGuarded !== true && FAILING.has(subtype),
  );
  if (open === undefined) return null;
  // Of a composite type: what is added has no guard, and of several commands one may stand before the other.
  if (objtype === 'OBJECT_TYPE')
    return open.subtype === 'AT_AddColumn'
      ? guard('ADD ATTRIBUTE', null)
      : guard(
          'DROP ATTRIBUTE',
          commands.length > 1 ? null : edited(statement, findWord(statement, ['attribute']), 'IF EXISTS'),
        );
  if (open.subtype === 'AT_AddConstraint') {
    const name = open.def !== undefined && 'Constraint' in open.def ? open.def.Constraint.conname : undefined;
    if (name === undefined) return guard('ADD CONSTRAINT', null);
    const drops = `ALTER TABLE ${sqlName(relationName(relation))} DROP CONSTRAINT IF EXISTS ${quoteName(name)}`;
    return guard('ADD CONSTRAINT', `${drops};\n${statement.text};`, drops);
  }
  const [words, guardWords] =
    open.subtype === 'AT_AddColumn'
      ? (['ADD COLUMN', 'IF NOT EXISTS'] as const)
      : (['DROP', 'IF EXISTS'] as const);
  if (commands.length > 1) return guard(words, null);
  const verb = findWord(statement, ['add', 'drop'], statement.at(relation?.location ?? 0));
  const next = statement.tokens().find((token) => verb !== null && token.start > verb.start);
  const isSaid = next !== undefined && ['column', 'constraint'].includes(next.text.toLowerCase());
  return guard(words, edited(statement, isSaid ? next : verb, guardWords));
}

const FAILING: ReadonlySet<string | undefined> = new Set([
  'AT_AddColumn',
  'AT_DropColumn',
  'AT_DropConstraint',
  'AT_AddConstraint',
]);
