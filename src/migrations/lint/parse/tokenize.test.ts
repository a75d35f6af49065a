import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { LINT_FORMS } from '../../../../test/support/lint-forms.ts';
import type { SqlParser } from './sql-parser.ts';
import { loadSqlParser } from './sql-parser.ts';
import { tokenize } from './tokenize.ts';

let parser: SqlParser;

beforeAll(async () => {
  parser = await loadSqlParser();
});

/** As Postgres' own scanner has them. */
function scanned(text: string): unknown {
  return parser
    .scan(text)
    ?.filter(({ isComment }) => !isComment)
    .map(({ start, end, text: word, isString, isWord }) => ({ start, end, text: word, isString, isWord }));
}

const FORMS = Object.values(LINT_FORMS)
  .flatMap(({ finds, leaves }) => [...finds, ...leaves])
  .map((form) => (typeof form === 'string' ? form : form.sql));

const PIECES = [
  'select',
  '"a""b"',
  "'it''s'",
  "E'a\\'b'",
  "e'\\\\'",
  "'back\\'",
  '$$ ; -- $$',
  '$x$ $$ $x$',
  'a$b$c',
  '$1',
  'größe',
  '😀',
  'a\u00A0b',
  '1.5e-3',
  '1..2',
  '.5',
  '0xFF',
  '::',
  ':=',
  '=>',
  'a=-1',
  '*-+2',
  '@-',
  '+-+',
  '<->',
  '@>',
  '->>',
  '- -',
  '*/',
  '/* a /* b */ c */',
  '-- line\n',
  '+--x\n1',
  '</*x*/>',
  'U&"d\\0061t"',
  "U&'d\\0061t'",
  "B'01'",
  "x'ff'",
  '(',
  '),[;]',
  '.',
  '%',
];

describe('the tokens of a statement', () => {
  test.each(FORMS)('are those of Postgres in %s', (text) => {
    expect(tokenize(text)).toEqual(scanned(text));
  });

  test('are those of Postgres in any mixture of quotes, comments, operators and numbers', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }), (pieces) => {
        const text = pieces.join(' ');
        const expected = scanned(text);
        // What Postgres cannot scan is never asked for.
        if (expected !== undefined) expect(tokenize(text)).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });
});
