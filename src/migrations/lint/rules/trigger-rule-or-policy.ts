import { keyOf } from '../history/schema-history.ts';
import { isUnguarded } from '../history/is-unguarded.ts';
import type { LintContext } from '../lint-context.ts';
import { relationName, sayName } from '../parse/names.ts';
import type { SqlName } from '../parse/names.ts';
import type { Statement } from '../parse/statement.ts';
import type { Found, Rule } from '../rule.ts';
import { writeSteps } from '../safe-forms/write-steps.ts';

/** What every later statement on a table will do besides is decided while its writers, or all, wait. */
export const triggerRuleOrPolicy: Rule = {
  id: 'trigger-rule-or-policy',
  title: 'CREATE TRIGGER, RULE or POLICY on a table in use',
  severity: 'warning',
  what:
    'A trigger or policy made for a table that is there already, where nothing bounds the wait for its lock or the ' +
    'transaction holds others already; and any rule.',
  why:
    'CREATE TRIGGER takes a SHARE ROW EXCLUSIVE lock, which keeps writers out; CREATE POLICY and CREATE RULE an ACCESS ' +
    'EXCLUSIVE lock, which keeps out all. They are over in a moment, once they have it: until then everybody waits with ' +
    'them. And from then on they act on the statements of the release that still runs, which knows nothing of them.',
  unsafe:
    'CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch_updated_at();',
  isBySize: true,
  checks: {
    CreateTrigStmt: (trigger, statement, context) =>
      isUnguarded(context)
        ? [found('CREATE TRIGGER', 'writers', relationName(trigger.relation), statement)]
        : [],
    CreatePolicyStmt: (policy, statement, context) =>
      isUnguarded(context)
        ? [found('CREATE POLICY', 'readers and writers', relationName(policy.table), statement)]
        : [],
    RuleStmt: (rule, _statement, context) => ruleFound(relationName(rule.relation), context),
  },
};

function found(what: string, who: string, table: SqlName, statement: Statement): Found {
  return {
    message: `${what} keeps ${who} of ${sayName(table)} waiting for as long as it waits for its lock.`,
    table,
    safeForm: writeSteps([
      {
        note: 'In a file of its own, with a bound on the wait; try again when it runs out.',
        sql: ["SET lock_timeout = '1s'", statement.text],
      },
    ]),
  };
}

function ruleFound(table: SqlName, context: LintContext): readonly Found[] {
  // A view cannot be written to otherwise, and no rows are behind it.
  if (context.history.views.has(keyOf(context.history, table))) return [];
  return [
    {
      message: `CREATE RULE on ${sayName(table)} rewrites every statement on it, those of the release that still runs among them.`,
      table,
      safeForm:
        '-- Write a trigger: it sees rows, not statements, and does what it says. CREATE TRIGGER locks less, too.',
    },
  ];
}
