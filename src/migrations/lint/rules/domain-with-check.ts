import type { Constraint } from 'libpg-query';
import { listName, sayName } from '../parse/names.ts';
import type { Rule } from '../rule.ts';

/** Row 21: a check that all tables with the domain pay for at once. */
export const domainWithCheck: Rule = {
  id: 'domain-with-check',
  title: 'A domain with a constraint',
  severity: 'warning',
  what: 'CREATE DOMAIN with CHECK or NOT NULL, and ALTER DOMAIN that adds one, unless it is NOT VALID.',
  why:
    'A constraint of a domain cannot be changed table by table: to add one, Postgres locks and reads every table that ' +
    'has a column of it, one after the other. A column of such a domain with a default makes ALTER TABLE write the whole ' +
    'table anew. A CHECK on the column can be added without a scan under a lock.',
  unsafe: "CREATE DOMAIN email AS text CHECK (value LIKE '%@%');",
  checks: {
    CreateDomainStmt: ({ domainname, constraints = [] }) => {
      const found = constraints
        .flatMap((node) => ('Constraint' in node ? [node.Constraint] : []))
        .find(isCostly);
      if (found === undefined) return [];
      const name = sayName(listName(domainname));
      return [
        {
          message: `The domain ${name} has a ${words(found)} constraint, which cannot be changed table by table.`,
          why: 'Each later change of it locks and reads every table that uses the domain.',
          safeForm: `Make the domain without it, and put the condition on each column instead: CHECK (…) on the column of a new table, CHECK (…) NOT VALID and then VALIDATE CONSTRAINT on one that is there.`,
        },
      ];
    },
    AlterDomainStmt: ({ subtype, typeName, def }, statement) => {
      const name = sayName(listName(typeName));
      const constraint = def !== undefined && 'Constraint' in def ? def.Constraint : null;
      const isAdded = subtype === 'C' && constraint?.skip_validation !== true;
      if (!isAdded && subtype !== 'O') return [];
      const isNamed = constraint?.conname !== undefined;
      return [
        {
          message: `ALTER DOMAIN locks and reads every table that has a column of ${name}.`,
          why: 'Writers of all of them wait until the last one was read.',
          safeForm:
            subtype === 'C' && isNamed
              ? `${statement.text} NOT VALID;\n-- Then, in a migration of its own:\n-- ALTER DOMAIN ${name} VALIDATE CONSTRAINT ${constraint.conname};`
              : `Put the condition on each column instead: CHECK (…) NOT VALID, then VALIDATE CONSTRAINT.`,
        },
      ];
    },
  },
};

function isCostly({ contype }: Constraint): boolean {
  return contype === 'CONSTR_CHECK' || contype === 'CONSTR_NOTNULL';
}

function words({ contype }: Constraint): string {
  return contype === 'CONSTR_CHECK' ? 'CHECK' : 'NOT NULL';
}
