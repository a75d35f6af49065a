import type { RenameStmt } from 'libpg-query';
import type { LintContext } from '../lint-context.ts';
import { objectNameOf, quoteName, relationName, sayName, sqlName } from '../parse/names.ts';
import { sayType } from '../parse/sql-type.ts';
import type { Statement } from '../parse/statement.ts';
import { createPendingFindings } from '../pending-findings.ts';
import type { Found, Rule } from '../rule.ts';

/** Row 18: a column gets a name that the release that runs does not know. */
export const renameColumn: Rule = {
  id: 'rename-column',
  title: 'RENAME COLUMN',
  severity: 'error',
  what:
    'A column of a table or view that is renamed, unless the same file has made it, or another column gets its name in the ' +
    'same transaction.',
  why:
    'At no moment do both releases work: the one that runs knows only the old name, the one that comes only the new one. A ' +
    'second column that a trigger keeps in step lets both work; the old one goes when nobody uses it.',
  unsafe: 'ALTER TABLE customers RENAME COLUMN tel TO phone;',
  before: 'CREATE TABLE customers (id bigint PRIMARY KEY, tel text);',
  checks: {
    RenameStmt: (rename, statement, context) => {
      if (rename.renameType !== 'OBJECT_COLUMN') return [];
      const table = relationName(rename.relation);
      const { subname = '', newname = '' } = rename;
      if (context.table(table)?.columns.get(subname)?.madeIn?.file === context.file.number) return [];
      const found: Found = {
        message: `RENAME COLUMN takes ${sayName(table)}.${subname} away from the release that runs.`,
        table,
        why: `Queries that say ${subname} fail from then on, those that say ${newname} until then: one of the two releases is broken at any moment.`,
        safeForm: () => secondColumn(rename, context),
      };
      return pending.add(found, statement, context, (other) => isSwap(rename, other));
    },
  },
  atEnd: (context) => pending.left(context),
};

/** Fine, if another column gets the old name in the same transaction. */
const pending = createPendingFindings();

/** Whether two columns change places, as at the end of a change of type. */
function isSwap({ relation, subname, newname }: RenameStmt, { node }: Statement): boolean {
  if (!('RenameStmt' in node) || node.RenameStmt.renameType !== 'OBJECT_COLUMN') return false;
  const other = node.RenameStmt;
  if (sayName(relationName(other.relation)) !== sayName(relationName(relation))) return false;
  return other.newname === subname || other.subname === newname;
}

/** Two columns in step, so that releases with either name work. */
function secondColumn(rename: RenameStmt, context: LintContext): string {
  const table = relationName(rename.relation);
  const { subname = '', newname = '' } = rename;
  const type = context.table(table)?.columns.get(subname)?.type ?? null;
  const [name, from, to] = [sqlName(table), quoteName(subname), quoteName(newname)];
  if (type === null) {
    return `Add ${newname} with the type of ${subname}, keep the two in step by a trigger, copy what is there in batches, deploy a release that uses ${newname}, and drop ${subname} later.`;
  }
  const both = quoteName(objectNameOf([table.name, subname], newname));
  const qualified = table.schema === null ? both : `${quoteName(table.schema)}.${both}`;
  return [
    '-- 1. Both columns, kept in step whichever of them is written:',
    `ALTER TABLE ${name} ADD COLUMN ${to} ${sayType(type)};`,
    `CREATE FUNCTION ${qualified}() RETURNS trigger LANGUAGE plpgsql AS $$`,
    'BEGIN',
    `  IF TG_OP = 'INSERT' THEN`,
    `    NEW.${to} := coalesce(NEW.${to}, NEW.${from});`,
    `    NEW.${from} := NEW.${to};`,
    `  ELSIF NEW.${from} IS DISTINCT FROM OLD.${from} THEN`,
    `    NEW.${to} := NEW.${from};`,
    `  ELSIF NEW.${to} IS DISTINCT FROM OLD.${to} THEN`,
    `    NEW.${from} := NEW.${to};`,
    '  ELSE',
    `    NEW.${to} := NEW.${from};`,
    '  END IF;',
    '  RETURN NEW;',
    'END $$;',
    `CREATE TRIGGER ${both} BEFORE INSERT OR UPDATE ON ${name}`,
    `  FOR EACH ROW EXECUTE FUNCTION ${qualified}();`,
    `-- 2. In batches, each a transaction of its own: UPDATE ${name} SET ${to} = ${from}`,
    `--    WHERE ${to} IS DISTINCT FROM ${from} AND <the next 1,000 keys>;`,
    `-- 3. Deploy a release that uses ${newname}. Then drop the trigger, the function and ${subname}.`,
  ].join('\n');
}
