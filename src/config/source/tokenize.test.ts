import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tokenize } from './tokenize.ts';

const values = (source: string): string[] => tokenize(source).map(({ kind, value }) => `${kind} ${value}`);

const PIECES = 'a b { } [ ] ( ) \' " ` $ / \\ * , : . \n'.split(' ').concat(' ');

describe('tokenize', () => {
  test('leaves out space and both kinds of comments, and a comment that never ends', () => {
    expect(values('a // b\n/* c } */ d /* e')).toEqual(['word a', 'word d']);
  });

  test('takes the quotes off strings and resolves escapes', () => {
    expect(values(String.raw`'a\'b' "c\"d" "it's"`)).toEqual([`text a'b`, 'text c"d', "text it's"]);
  });

  test('ends a string that is not closed at the end of its line', () => {
    expect(values("'abc\nd")).toEqual(['text abc', 'word d']);
  });

  test('takes a template whole, with braces, strings and templates in its holes', () => {
    expect(values('`a ${ { b: `}`, c: "}" } } \\` d` e')).toEqual([
      'template `a ${ { b: `}`, c: "}" } } \\` d`',
      'word e',
    ]);
    expect(values('`never ends ${ a')).toEqual(['template `never ends ${ a']);
  });

  test('tells a regular expression from a division', () => {
    expect(values('a = /[/}]\\/{/g; b / c / d')).toEqual([
      'word a',
      'mark =',
      'regex /[/}]\\/{/g',
      'mark ;',
      'word b',
      'mark /',
      'word c',
      'mark /',
      'word d',
    ]);
    expect(values('(1) / 2 / 3').filter((value) => value.startsWith('regex'))).toEqual([]);
    expect(values('/x/')).toEqual(['regex /x/']);
    expect(values('= / alone')).toEqual(['mark =', 'mark /', 'word alone']);
  });

  test('keeps arrows, spreads and comparisons in one piece', () => {
    expect(values('=> ... === !== ?. ?? && ||')).toEqual(
      ['=>', '...', '===', '!==', '?.', '??', '&&', '||'].map((mark) => `mark ${mark}`),
    );
  });

  test('never fails, and every token stands where it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...PIECES) }), (source) => {
        for (const token of tokenize(source)) {
          expect(token.start).toBeLessThan(source.length);
          if (token.kind !== 'text') expect(source.startsWith(token.value, token.start)).toBe(true);
        }
      }),
    );
  });
});
