import type { AlterTableCmd, AlterTableType } from 'libpg-query';
import { keyOf } from '../history/schema-history.ts';
import type { SqlName } from '../parse/names.ts';
import { objectName, relationName, sayName } from '../parse/names.ts';
import type { Found, Rule } from '../rule.ts';

/** What a command does to those who use the type, and what to do in its place. */
interface AttributeChange {
  readonly words: (attribute: string) => string;
  readonly why: string;
  readonly safeForm: string;
}

const NEW_TYPE =
  'Make a new type beside it, and a new column of it; deploy a release that uses the new one, and drop the old one when no release reads it any more.';

const CHANGES: Partial<Record<AlterTableType, AttributeChange>> = {
  AT_DropColumn: {
    words: (attribute) => `DROP ATTRIBUTE ${attribute} loses what every column of`,
    why: 'Its values are gone from every row, and the release that runs fails in every query that names it, and in every ROW(…) that has it.',
    safeForm: `Deploy a release that does not use the attribute any more. ${NEW_TYPE}`,
  },
  AT_AlterColumnType: {
    words: (attribute) => `ALTER ATTRIBUTE ${attribute} changes under everybody who uses`,
    why: 'The release that runs writes and reads the old type. Where a column uses the type, Postgres refuses the change.',
    safeForm: NEW_TYPE,
  },
  AT_AddColumn: {
    words: (attribute) => `ADD ATTRIBUTE ${attribute} changes how many values belong to`,
    why: 'A ROW(…) of the release that runs has one value too few from then on, and what it reads has one more than it expects.',
    safeForm: `Deploy a release first that names the attributes it writes and reads. ${NEW_TYPE}`,
  },
};

/** Rows 17 and 18 for what a composite type is made of. */
export const changeCompositeType: Rule = {
  id: 'change-composite-type',
  title: 'ALTER TYPE … ADD, DROP, ALTER or RENAME ATTRIBUTE, RENAME or SET SCHEMA',
  severity: 'error',
  what:
    'An attribute of a composite type that is added, dropped, renamed, or gets another type; and a type ' +
    'or domain that is renamed or put into another schema.',
  why:
    'The release that runs names the type and its attributes, and counts its values. A change holds for every column of the ' +
    'type at once, so that one of the two releases is broken at any moment.',
  unsafe: 'ALTER TYPE address DROP ATTRIBUTE zip;',
  checks: {
    AlterTableStmt: ({ cmds = [], objtype, relation }) => {
      if (objtype !== 'OBJECT_TYPE') return [];
      const type = sayName(relationName(relation));
      return cmds.flatMap((node) => ('AlterTableCmd' in node ? changed(node.AlterTableCmd, type) : []));
    },
    AlterObjectSchemaStmt: ({ objectType, object, newschema = '' }, _, { history, file }) => {
      if (objectType !== 'OBJECT_TYPE' && objectType !== 'OBJECT_DOMAIN') return [];
      if (object === undefined) return [];
      const name = objectName(object);
      const isMadeHere = history.types.get(keyOf(history, name))?.madeIn.file === file.number;
      return isMadeHere ? [] : [movedType(name, newschema)];
    },
    RenameStmt: ({ renameType, relation, subname = '', newname = '', object }) => {
      if (renameType === 'OBJECT_ATTRIBUTE')
        return [
          {
            message: `RENAME ATTRIBUTE takes ${subname} of ${sayName(relationName(relation))} away from the release that runs.`,
            why: `Queries with ${subname} fail from then on, those with ${newname} until then: one of the two releases is broken at any moment.`,
            locks: [],
            safeForm: `Leave the name as it is, or: ${NEW_TYPE.charAt(0).toLowerCase()}${NEW_TYPE.slice(1)}`,
          },
        ];
      const isType = renameType === 'OBJECT_TYPE' || renameType === 'OBJECT_DOMAIN';
      return isType && object !== undefined ? [renamed(sayName(objectName(object)), newname)] : [];
    },
  },
};

function movedType(name: SqlName, schema: string): Found {
  const [type, target] = [sayName(name), `${schema}.${name.name}`];
  return {
    message: `SET SCHEMA takes the type ${type} away from the release that runs.`,
    why: `Casts to ${type} fail from then on unless ${schema} is in the search_path of the app; those to ${target} until then. Columns of the type go on working.`,
    locks: [],
    severity: 'warning',
    safeForm: `Leave it where it is. If it must be moved: put ${schema} into the search_path of the app's role first (ALTER ROLE … SET search_path), deploy a release that names the type without its schema, then move it.`,
  };
}

function changed({ subtype, name, def }: AlterTableCmd, type: string): Found[] {
  const change = CHANGES[subtype ?? 'AT_DropOids'];
  if (change === undefined) return [];
  const attribute = name ?? (def !== undefined && 'ColumnDef' in def ? (def.ColumnDef.colname ?? '') : '');
  return [
    {
      message: `${change.words(attribute)} ${type}${subtype === 'AT_DropColumn' ? ' holds in it' : ''}.`,
      why: change.why,
      locks: [],
      safeForm: change.safeForm,
      severity: subtype === 'AT_AddColumn' ? 'warning' : 'error',
    },
  ];
}

function renamed(type: string, newName: string): Found {
  return {
    message: `RENAME takes the type ${type} away from the release that runs.`,
    why: `Casts to ${type} fail from then on, those to ${newName} until then. Columns of the type go on working.`,
    locks: [],
    severity: 'warning',
    safeForm: `Leave the name as it is. If ${newName} is needed, make a type of that name beside ${type}, and move over column by column.`,
  };
}
