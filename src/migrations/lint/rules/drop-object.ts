import type { DropStmt } from 'libpg-query';
import { objectName, sayName } from '../parse/names.ts';
import type { Rule } from '../rule.ts';

type Kind = NonNullable<DropStmt['removeType']>;

/** What columns, defaults and queries use by its name. */
const KINDS: Partial<Record<Kind, string>> = {
  OBJECT_TYPE: 'TYPE',
  OBJECT_DOMAIN: 'DOMAIN',
  OBJECT_SEQUENCE: 'SEQUENCE',
  OBJECT_EXTENSION: 'EXTENSION',
  OBJECT_FUNCTION: 'FUNCTION',
  OBJECT_PROCEDURE: 'PROCEDURE',
};
/** Without CASCADE these go only while no table uses them, and rarely does a release name them itself. */
const ONLY_WITH_CASCADE: ReadonlySet<Kind> = new Set<Kind>([
  'OBJECT_EXTENSION',
  'OBJECT_FUNCTION',
  'OBJECT_PROCEDURE',
]);

/** Something goes that tables or queries may use. */
export const dropObject: Rule = {
  id: 'drop-object',
  title: 'DROP of a type, domain, sequence, extension or function, or DROP OWNED',
  severity: 'warning',
  what:
    'DROP TYPE, DOMAIN and SEQUENCE; EXTENSION and FUNCTION with CASCADE; DROP OWNED. With CASCADE, an error. Not a type ' +
    'that the same file has made.',
  why:
    'CASCADE takes along whatever uses it: columns with all their values, defaults, indexes, triggers. Without it Postgres ' +
    'refuses while a table uses it, but knows nothing of what the release that runs asks for by name.',
  unsafe: 'DROP TYPE mood CASCADE;',
  checks: {
    DropStmt: ({ removeType, behavior, objects = [] }, _, context) => {
      const kind = KINDS[removeType ?? 'OBJECT_TABLE'];
      const isCascade = behavior === 'DROP_CASCADE';
      if (kind === undefined || removeType === undefined) return [];
      if (!isCascade && ONLY_WITH_CASCADE.has(removeType)) return [];
      return objects.flatMap((object) => {
        const name = objectName(object);
        const made = context.history.types.get(
          `${name.schema ?? context.history.schema}.${name.name}`,
        )?.madeIn;
        if (made?.file === context.file.number) return [];
        const said = sayName(name);
        return [
          {
            message: `DROP ${kind} ${isCascade ? `CASCADE takes along whatever uses ${said}` : `takes ${said} away from the release that runs`}.`,
            severity: isCascade ? ('error' as const) : ('warning' as const),
            why: isCascade
              ? 'A column goes with all its values; nothing says which ones before it is done.'
              : null,
            safeForm: `First make sure that nothing uses ${said}: drop what does by name, in a release of its own, then drop it without CASCADE.`,
          },
        ];
      });
    },
    DropOwnedStmt: () => [
      {
        message: 'DROP OWNED drops every table, view and function of the role, with all rows.',
        severity: 'error',
        why: 'What it takes away depends on who owned what when it runs.',
        safeForm: 'Drop what is to go by name, or give it another owner first: REASSIGN OWNED.',
      },
    ],
  },
};
