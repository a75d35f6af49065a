import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hideLiterals } from './hide-literals.ts';

test.each([
  [
    "update member set name = 'Ada', age = 36 where id = 7",
    'update member set name = …, age = … where id = …',
  ],
  ["select E'it''s \\' mine', $$a 'b'$$, $x$ $$ $x$, 1.5e-3", 'select …, …, …, …'],
  ['alter table "order 66"\n  add column x2 int -- for Ada\n', 'alter table "order 66" add column x2 int'],
  ['select /* 42 */ $1, t1.c2', 'select $1, t1.c2'],
  ["select 'cut off in the midd", 'select …'],
])('%j is shown as %j', (sql, shown) => {
  expect(hideLiterals(sql)).toBe(shown);
});

test('no value is ever shown, and never more than a line', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (value, rest) => {
      const marked = `SECRET${value.replaceAll(/['\\]/g, '')}`;
      const shown = hideLiterals(`select '${marked}' ${rest}`);
      expect(shown).not.toContain('SECRET');
      expect(shown.length).toBeLessThanOrEqual(100);
      expect(shown).not.toContain('\n');
    }),
  );
});
