import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ParsedSql } from './parse-sql.ts';
import { parseSql } from './parse-sql.ts';
import type { SqlParser } from './sql-parser.ts';
import { loadSqlParser } from './sql-parser.ts';

let parser: SqlParser;

beforeAll(async () => {
  parser = await loadSqlParser();
});

function parse(text: string): ParsedSql {
  return parseSql(parser, { file: 'a.sql', text });
}

function texts(text: string): readonly string[] {
  return parse(text).statements.map((statement) => statement.text);
}

function places(text: string): readonly string[] {
  return parse(text).statements.map(({ place }) => `${place.line}:${place.column}`);
}

describe('statements', () => {
  test('are cut out without the comments around them and without their semicolons', () => {
    const text = '-- one\n/* two; */ SELECT 1 ; -- three\n;;\nSELECT /* in */ 2; /* last */';
    expect(texts(text)).toEqual(['SELECT 1', 'SELECT /* in */ 2']);
    expect(places(text)).toEqual(['2:12', '4:1']);
  });

  test('end where they end when the last one has no semicolon', () => {
    expect(texts('SELECT 1 -- done')).toEqual(['SELECT 1']);
    expect(texts("SELECT '-- no comment' ")).toEqual(["SELECT '-- no comment'"]);
  });

  test('are none in a text of comments and blanks', () => {
    expect(parse('\n -- nothing\n/* at all */ ;;\n')).toMatchObject({ statements: [], errors: [] });
    expect(parse('')).toMatchObject({ statements: [], errors: [] });
  });

  test('have their places in characters, whatever the bytes: umlauts, emoji, a byte order mark, CRLF', () => {
    expect(places("SELECT 'é😀'; SELECT 2;")).toEqual(['1:1', '1:14']);
    expect(places('\uFEFFSELECT 1;')).toEqual(['1:2']);
    expect(places('SELECT 1;\r\nSELECT 2;\r\n')).toEqual(['1:1', '2:1']);
    expect(texts('ALTER TABLE "größe" ADD "über" int;\nSELECT 1')).toEqual([
      'ALTER TABLE "größe" ADD "über" int',
      'SELECT 1',
    ]);
  });

  test('hold semicolons of their own: functions, DO blocks, SQL bodies, strings', () => {
    const text = [
      'CREATE FUNCTION a() RETURNS int LANGUAGE sql BEGIN ATOMIC; SELECT 1; SELECT 2; END;',
      'DO $$ BEGIN PERFORM 1; END $$;SELECT \';\' AS ";";',
    ].join('\n');
    expect(texts(text)).toHaveLength(3);
  });

  test('keep places whatever is before them', () => {
    const gaps = fc.constantFrom(' ', '\n', '\r\n', '-- é\n', '/* 😀 */', ';', '\t');
    const wholes = fc.constantFrom('SELECT 1', "SELECT 'ä😀'", 'CREATE TABLE "ü" (a int)', 'DROP TABLE a');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.array(gaps), wholes), { maxLength: 8 }), (parts) => {
        const text = parts.map(([before, whole]) => `${before.join('')}${whole};`).join('');
        const found = parse(text).statements;
        expect(found.map((statement) => statement.text)).toEqual(parts.map(([, whole]) => whole));
        for (const { start, text: whole, place } of found) {
          expect(text.startsWith(whole, start)).toBe(true);
          const line = text.split('\n')[place.line - 1] ?? '';
          expect(
            Array.from(line)
              .slice(place.column - 1)
              .join('')
              .startsWith(whole),
          ).toBe(true);
        }
      }),
    );
  });
});

describe('what Postgres would refuse', () => {
  test('is an error with its place and line, and the statements around it are still there', () => {
    const { statements, errors } = parse('SELECT 1;\nALTER TABEL a ADD b int;\nSELECT 2;\nSELEC 3;SELECT 4');
    expect(statements.map(({ text, place }) => [text, place.line])).toEqual([
      ['SELECT 1', 1],
      ['SELECT 2', 3],
      ['SELECT 4', 4],
    ]);
    expect(errors).toEqual([
      {
        file: 'a.sql',
        line: 2,
        column: 7,
        message: 'syntax error at or near "TABEL"',
        hint: null,
        sourceLine: 'ALTER TABEL a ADD b int;',
      },
      {
        file: 'a.sql',
        line: 4,
        column: 1,
        message: 'syntax error at or near "SELEC"',
        hint: null,
        sourceLine: 'SELEC 3;SELECT 4',
      },
    ]);
  });

  test('points at the right character behind others of several bytes', () => {
    const [error] = parse("SELECT '😀é';\r\n  SELECT 'ü' fro fro fro;\r\n").errors;
    expect(error).toMatchObject({ line: 2, column: 18, sourceLine: "  SELECT 'ü' fro fro fro;" });
  });

  test('may be at the end of the file', () => {
    expect(parse('SELECT 1;\nALTER TABLE a ADD').errors).toMatchObject([
      { line: 2, column: 18, message: 'syntax error at end of input' },
    ]);
  });

  test('may never end: a string, a name, a comment, a dollar quote', () => {
    for (const open of ["'abc", '"abc', '/* abc', '$$ abc', "E'\\'"]) {
      const { statements, errors } = parse(`SELECT 1;\nSELECT ${open};\nSELECT 2;\n`);
      expect(errors[0]?.message).toContain('unterminated');
      expect(errors[0]).toMatchObject({ line: 2, column: 8 });
      expect(statements[0]?.text).toBe('SELECT 1');
    }
  });

  test('within the body of a function does not spoil the statement behind it', () => {
    const text = 'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELEC 2; END;\nSELECT 3;';
    const { statements, errors } = parse(text);
    expect(errors[0]).toMatchObject({ line: 1, column: 56 });
    expect(statements.at(-1)?.text).toBe('SELECT 3');
  });

  test('is said at most twenty times for one file', () => {
    expect(parse('SELEC 1;\n'.repeat(50)).errors).toHaveLength(20);
  });

  test('is a NUL character, before which all is read', () => {
    const { statements, errors } = parse('SELECT 1;\nSEL\0ECT');
    expect(statements).toHaveLength(1);
    expect(errors.at(-1)).toMatchObject({ line: 2, column: 4, message: 'a NUL character' });
    expect(errors.at(-1)?.hint).toContain('UTF-16');
  });

  test('is a command of psql, by name', () => {
    const { statements, errors } = parse(
      '\\set ON_ERROR_STOP on\nSELECT 1;\n  \\connect shop\nSELECT 2 \\gset\nSELECT 3;',
    );
    expect(statements.map(({ text, place }) => [text, place.line])).toEqual([
      ['SELECT 1', 2],
      ['SELECT 2', 4],
      ['SELECT 3', 5],
    ]);
    expect(errors.map(({ line, column, message }) => [line, column, message])).toEqual([
      [1, 1, '\\set is a command of psql, and no SQL'],
      [3, 3, '\\connect is a command of psql, and no SQL'],
      [4, 10, '\\gset is a command of psql, and no SQL'],
    ]);
    expect(errors[0]?.hint).toContain('take the line out');
  });

  test('is rows behind COPY … FROM stdin', () => {
    const { statements, errors } = parse("COPY a FROM stdin;\n1\tit's\n2\tb;\n\\.\nSELECT 1;");
    expect(statements.map(({ text }) => text)).toEqual(['COPY a FROM stdin', 'SELECT 1']);
    expect(errors).toMatchObject([{ line: 2, message: 'rows of COPY … FROM stdin stand in the file' }]);
  });

  test('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const { errors } = parse(text);
        for (const { line, column } of errors) {
          expect(line).toBeGreaterThan(0);
          expect(column).toBeGreaterThan(0);
        }
      }),
      { numRuns: 100 },
    );
  });
});
