import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sqlName, sqlText } from './cluster-sql.ts';

test('whatever a text holds, it ends where it ends', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const written = sqlText(value).trim();
      const inner = written.replace(/^E?'/, '').slice(0, -1);
      const read = written.startsWith('E')
        ? inner.replaceAll('\\\\', '\\').replaceAll("''", "'")
        : inner.replaceAll("''", "'");
      expect(read).toBe(value);
      expect(inner.replaceAll("''", '')).not.toContain("'");
    }),
  );
});

test('a name cannot get out of its quotes', () => {
  expect(sqlName('a"; drop database b; --')).toBe('"a""; drop database b; --"');
});
