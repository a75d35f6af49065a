import { expect, test } from 'vitest';
import { statementPlace } from './statement-place.ts';

const FILE = {
  path: 'migrations/8_bad.sql',
  text: "-- größer 😀\nalter table member add column ok int;\n  update member set name = 'größe 😀', level = levle;\r\nalter tabel x;\n",
};

function placeOf(sql: string, position: number | null): ReturnType<typeof statementPlace> {
  return statementPlace({ sql, error: { sqlState: '42601', message: 'no', position } }, [FILE]);
}

test('a file that was sent whole is pointed at where the server finds fault, not at its first line', () => {
  const position = Array.from(FILE.text.slice(0, FILE.text.indexOf('tabel'))).length + 1;
  expect(placeOf(FILE.text, position)).toEqual({
    words: 'migrations/8_bad.sql:4:7: alter tabel x;',
    excerpt: ['alter tabel x;', '      ^'],
  });
});

test('columns count characters, and values are hidden but in the line of the file', () => {
  const sql = "\n  update member set name = 'größe 😀', level = levle";
  const position = Array.from(sql.slice(0, sql.indexOf('levle'))).length + 1;
  expect(placeOf(sql, position)).toEqual({
    words: 'migrations/8_bad.sql:3:47: update member set name = …, level = levle',
    excerpt: ["  update member set name = 'größe 😀', level = levle;", `${' '.repeat(46)}^`],
  });
});

test('without a position it is the line where the statement begins, and without a file the statement', () => {
  expect(placeOf('alter tabel x', null)).toEqual({
    words: 'migrations/8_bad.sql:4: alter tabel x',
    excerpt: [],
  });
  expect(placeOf('alter tabel y', 7)).toEqual({ words: 'alter tabel y', excerpt: [] });
});
