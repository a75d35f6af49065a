import { keyOf } from '../history/schema-history.ts';
import type { LintContext } from '../lint-context.ts';
import { calledFunctions } from '../parse/called-functions.ts';
import { innerSql } from '../parse/inner-sql.ts';
import { sayName } from '../parse/names.ts';
import type { Statement } from '../parse/statement.ts';
import type { Found, Rule } from '../rule.ts';

const SAFE_FORM =
  'Write out the statements that it comes to, one by one. Where that cannot be, look at what it really does: glidepath db probe';

/** Row 28: code that nobody can judge before it runs. */
export const opaqueCode: Rule = {
  id: 'opaque-code',
  title: 'Code that makes its SQL as it runs',
  severity: 'warning',
  what:
    'A DO block with EXECUTE of something else than a plain string, or in a language other than SQL and PL/pgSQL; and a call ' +
    'of a function with such an EXECUTE, where the files have made it. What stands plainly in a block is judged like everything else.',
  why:
    'What it locks, drops or rewrites is known only when it runs, and may be another thing in production than in a test. ' +
    'glidepath db probe sees what it really does.',
  unsafe:
    "DO $$\nDECLARE name text;\nBEGIN\n  FOR name IN SELECT tablename FROM pg_tables WHERE tablename LIKE 'tmp%' LOOP\n    EXECUTE format('DROP TABLE %I', name);\n  END LOOP;\nEND $$;",
  checks: {
    SelectStmt: (_body, statement, context) => called(statement, context),
    CallStmt: (_body, statement, context) => called(statement, context),
    DoStmt: (_body, statement, { parser }) => {
      const inner = innerSql(parser, statement);
      if (inner === null || (inner.isReadable && inner.dynamic === 0)) return [];
      const count = inner.dynamic === 1 ? 'a statement' : `${inner.dynamic} statements`;
      return [
        {
          message: inner.isReadable
            ? `The block puts together ${count} only as it runs: nobody can say now what ${inner.dynamic === 1 ? 'it locks or loses' : 'they lock or lose'}.`
            : 'The block is in a language that cannot be read here: nobody can say now what it locks or loses.',
          why: 'What it does may be another thing in production than in a test.',
          locks: [],
          safeForm: SAFE_FORM,
        },
      ];
    },
  },
};

/** A function that is only made does nothing yet: it is said where it is called. */
function called(statement: Statement, { parser, history }: LintContext): Found[] {
  return calledFunctions(statement.node).flatMap((name) => {
    const made = history.functions.get(keyOf(history, name));
    const dynamic = made === undefined ? 0 : (innerSql(parser, made.statement)?.dynamic ?? 0);
    if (dynamic === 0) return [];
    return [
      {
        message: `${sayName(name)}() puts together ${dynamic === 1 ? 'a statement' : `${dynamic} statements`} only as it runs: nobody can say now what ${dynamic === 1 ? 'it locks or loses' : 'they lock or lose'}.`,
        why: 'What it does may be another thing in production than in a test.',
        locks: [],
        safeForm: SAFE_FORM,
      },
    ];
  });
}
