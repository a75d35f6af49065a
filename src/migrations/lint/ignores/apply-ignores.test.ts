import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../finding.ts';
import { parseSql } from '../parse/parse-sql.ts';
import { loadSqlParser } from '../parse/sql-parser.ts';
import { applyIgnores } from './apply-ignores.ts';
import { sqlComments } from './sql-comments.ts';

const RULES = ['drop-table', 'drop-column', 'rename-column'];
const parser = await loadSqlParser();

/** Ignores applied to a file in which every `DROP TABLE` is found fault with, and every column renamed. */
function applied(text: string): { left: string[]; ignored: string[]; faults: string[] } {
  const file = 'a.sql';
  const { statements } = parseSql(parser, { file, text });
  const findings: Finding[] = statements.flatMap((statement) => {
    const rule = /drop table/i.test(statement.text)
      ? 'drop-table'
      : /rename/i.test(statement.text)
        ? 'rename-column'
        : null;
    if (rule === null) return [];
    return [
      {
        rule,
        severity: 'error',
        file,
        ...statement.place,
        statement: statement.text,
        message: 'm',
        why: null,
        locks: [],
        safeForm: null,
      },
    ];
  });
  const { findings: left, ignored } = applyIgnores({ file, text, statements, findings, rules: RULES });
  return {
    left: left.filter((finding) => RULES.includes(finding.rule)).map(({ rule, line }) => `${rule}:${line}`),
    ignored: ignored.map(({ finding, reason }) => `${finding.rule}:${finding.line} ${reason}`),
    faults: left
      .filter((finding) => !RULES.includes(finding.rule))
      .map(({ rule, line, column, message }) => `${rule}:${line}:${column} ${message}`),
  };
}

describe('a directive reaches', () => {
  test('the statement below it, over other comments and empty lines', () => {
    expect(
      applied(
        '-- glidepath-ignore drop-table: nobody reads it since March\n-- see #12\n\nDROP TABLE a;\nDROP TABLE b;\n',
      ),
    ).toEqual({
      left: ['drop-table:5'],
      ignored: ['drop-table:4 nobody reads it since March'],
      faults: [],
    });
  });

  test('the statement at whose end it stands, also behind several lines of it', () => {
    expect(
      applied('DROP TABLE\n  a; -- glidepath-ignore drop-table: it is empty\nDROP TABLE b;'),
    ).toMatchObject({ left: ['drop-table:3'], ignored: ['drop-table:1 it is empty'] });
  });

  test('the statement that it stands in', () => {
    expect(
      applied('DROP TABLE -- glidepath-ignore drop-table: it is empty\n  a;\nDROP TABLE b;'),
    ).toMatchObject({ left: ['drop-table:3'], faults: [] });
  });

  test('one of several statements on a line: the one before it', () => {
    expect(applied('DROP TABLE a; DROP TABLE b; -- glidepath-ignore drop-table: b is empty')).toMatchObject({
      left: ['drop-table:1'],
      ignored: ['drop-table:1 b is empty'],
    });
  });

  test('all of the file, where it says so', () => {
    expect(
      applied('DROP TABLE a;\n/* glidepath-ignore-file drop-table: the old shop goes */\nDROP TABLE b;'),
    ).toMatchObject({
      left: [],
      ignored: ['drop-table:1 the old shop goes', 'drop-table:3 the old shop goes'],
      faults: [],
    });
  });

  test('several rules, with commas or without', () => {
    expect(
      applied('-- glidepath-ignore drop-table, rename-column: both are new\nDROP TABLE a;').faults,
    ).toEqual([
      'ignore-unused:1:1 The directive leaves nothing out: rename-column finds nothing in its statement.',
    ]);
  });
});

describe('a directive is found fault with', () => {
  test.each([
    [
      '-- glidepath-ignore drop-table\nDROP TABLE a;',
      'ignore-without-reason:1:1 The directive gives no reason, so it counts for nothing.',
    ],
    [
      '-- glidepath-ignore drop-table:   \nDROP TABLE a;',
      'ignore-without-reason:1:1 The directive gives no reason, so it counts for nothing.',
    ],
    [
      '  -- glidepath-ignore drop-tabel: why\nDROP TABLE a;',
      'ignore-unknown:1:3 There is no rule drop-tabel. Did you mean drop-table?',
    ],
    [
      '-- glidepath-ignore zzz: why\nDROP TABLE a;',
      'ignore-unknown:1:1 There is no rule zzz. See the rules: docs/reference/migration-rules.md',
    ],
    ['-- glidepath-ignore: why\nDROP TABLE a;', 'ignore-unknown:1:1 The directive names no rule.'],
    [
      '-- glidepath-ignroe drop-table: why\nDROP TABLE a;',
      'ignore-unknown:1:1 glidepath-ignroe is no directive. Did you mean glidepath-ignore?',
    ],
    [
      '-- Glidepath ignore drop-table: why\nDROP TABLE a;',
      'ignore-unknown:1:1 Glidepath ignore is no directive. Did you mean glidepath-ignore?',
    ],
  ])('%j', (text, fault) => {
    const { left, faults } = applied(text);
    expect(left).toEqual([`drop-table:2`]);
    expect(faults).toContain(fault);
  });

  test.each([
    'SELECT 1; -- glidepath-ignore drop-table: why',
    '-- glidepath-ignore drop-table: why',
    'SELECT 1;\n-- glidepath-ignore-file drop-table: why',
  ])('when it leaves nothing out: %j', (text) => {
    expect(applied(text).faults).toHaveLength(1);
    expect(applied(text).faults[0]).toMatch(/^ignore-unused/);
  });

  test.each([
    '-- Glidepath runs this before the apps.',
    "SELECT '-- glidepath-ignore drop-table: no comment';",
    '-- see glidepath-ignore in the guide',
  ])('but not for being prose or no comment: %j', (text) => {
    expect(applied(text)).toEqual({ left: [], ignored: [], faults: [] });
  });
});

describe('comments', () => {
  test.each([
    ["SELECT '--', \"--\", $$--$$, $a$ -- $$ -- $a$, E'\\'--', 'it''s --' -- yes", [' yes']],
    ['/* one /* two */ still one */ SELECT 1 -- x\r\n--y', [' one /* two */ still one ', ' x', 'y']],
    ['SELECT a$b$c -- here $b$', [' here $b$']],
    ["SELECT 'never closed -- no", []],
    ['/* never closed -- no', [' never closed -- no']],
    ["SELECT name'--'", []],
  ])('of %j are %j', (text, comments) => {
    expect(sqlComments(text).map((comment) => comment.text)).toEqual(comments);
  });

  test('are the ones that Postgres sees, in any text that it can scan', () => {
    const piece = fc.constantFrom(
      "'",
      "''",
      '"',
      '--',
      '/*',
      '*/',
      '$$',
      '$a$',
      '\n',
      'e',
      'E',
      '\\',
      ' ',
      'a',
      '1',
      ';',
      'ü',
      '$',
      '-',
      '*',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const text = pieces.join('');
        const tokens = parser.scan(text);
        if (tokens === null) return;
        expect(sqlComments(text).map(({ start, end }) => [start, end])).toEqual(
          tokens.filter((token) => token.isComment).map(({ start, end }) => [start, end]),
        );
      }),
      { numRuns: 3_000, examples: [[['$', '1', 'a', '$$', '--']]] },
    );
  });
});
