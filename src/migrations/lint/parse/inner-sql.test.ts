import { beforeAll, describe, expect, test } from 'vitest';
import type { InnerSql } from './inner-sql.ts';
import { innerSql } from './inner-sql.ts';
import { parseSql } from './parse-sql.ts';
import type { SqlParser } from './sql-parser.ts';
import { loadSqlParser } from './sql-parser.ts';

let parser: SqlParser;

beforeAll(async () => {
  parser = await loadSqlParser();
});

function inner(text: string): InnerSql | null {
  const [statement] = parseSql(parser, { file: 'a.sql', text }).statements;
  return statement === undefined ? null : innerSql(parser, statement);
}

function placed(text: string): readonly string[] {
  return (inner(text)?.statements ?? []).map(
    ({ text: sql, place }) => `${place.line}:${place.column} ${sql}`,
  );
}

describe('the SQL in a block of code', () => {
  test('is found in DO blocks: branches, loops and handlers, with its places', () => {
    const text = `-- ü
DO $body$
DECLARE
  n int;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM a) THEN
    ALTER TABLE a ADD COLUMN "é" int;
  ELSE
    PERFORM count(*) FROM a;
  END IF;
  FOR n IN 1..3 LOOP
    DELETE FROM a WHERE id = n;
  END LOOP;
EXCEPTION WHEN others THEN
  DROP TABLE b;
END $body$;`;
    expect(placed(text)).toEqual([
      '7:5 ALTER TABLE a ADD COLUMN "é" int',
      '9:13 SELECT count(*) FROM a',
      '12:5 DELETE FROM a WHERE id = n',
      '15:3 DROP TABLE b',
    ]);
    expect(inner(text)).toMatchObject({ dynamic: 0, isReadable: true });
  });

  test('is told apart where the same statement stands there twice', () => {
    expect(placed('DO $$ BEGIN\nDROP TABLE b;\nDROP TABLE b;\nEND $$')).toEqual([
      '2:1 DROP TABLE b',
      '3:1 DROP TABLE b',
    ]);
  });

  test('is what EXECUTE is given, where that is plain to see, and counted where it is not', () => {
    const text = `DO $$ BEGIN
  EXECUTE 'ALTER TABLE a ADD b int; DROP TABLE c';
  EXECUTE 'UPDATE a SET b = ''x''';
  EXECUTE format('DROP TABLE %I', t);
  EXECUTE 'DROP TABLE ' || t;
END $$`;
    expect(placed(text)).toEqual([
      '2:12 ALTER TABLE a ADD b int',
      '2:37 DROP TABLE c',
      "1:1 UPDATE a SET b = 'x'",
    ]);
    expect(inner(text)?.dynamic).toBe(2);
  });

  test('is that of functions and procedures, in PL/pgSQL and SQL', () => {
    const plpgsql =
      'CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM b; RETURN NEW; END $$';
    expect(placed(plpgsql)).toEqual(['1:77 DELETE FROM b']);
    expect(placed("CREATE FUNCTION f() RETURNS void AS 'DELETE FROM b; SELECT 1' LANGUAGE sql")).toEqual([
      '1:38 DELETE FROM b',
      '1:53 SELECT 1',
    ]);
    expect(placed('CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN CALL q(); COMMIT; END $$')).toEqual([
      '1:51 CALL q()',
    ]);
  });

  test('has the place of its block where quotes are doubled', () => {
    expect(placed("\nDO 'BEGIN UPDATE a SET b = ''x''; END'")).toEqual(["2:1 UPDATE a SET b = 'x'"]);
  });

  test('cannot be read in another language, nor where it is broken', () => {
    expect(inner('DO LANGUAGE plpython3u $$ plpy.execute("DROP TABLE a") $$')?.isReadable).toBe(false);
    expect(inner('DO $$ BEGIN IF true THEN DROP TABLE a; END $$')?.isReadable).toBe(false);
    expect(inner("CREATE FUNCTION f() RETURNS int AS 'lib', 'f' LANGUAGE c")?.isReadable).toBe(false);
  });

  test('is none of any other statement', () => {
    expect(inner('SELECT 1')).toBeNull();
  });
});
