import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitAnnotations, type Annotated, type AnnotationLevel } from './fit-annotations.ts';

const many = (level: AnnotationLevel, name: string, count: number): readonly Annotated[] =>
  Array.from({ length: count }, (_, at) => ({ level, place: { title: `${name}${at}` }, message: 'm' }));
const titles = (text: string): readonly string[] =>
  [...text.matchAll(/^::\w+ title=(\w+)::m$/gm)].map(([, title]) => title ?? '');

describe('annotations of a step', () => {
  test('are all there where GitHub shows all of them, in order', () => {
    const text = fitAnnotations([many('error', 'a', 2), many('warning', 'b', 1), many('error', 'c', 1)]);
    expect(titles(text)).toEqual(['a0', 'a1', 'b0', 'c0']);
    expect(text.split('\n')).toHaveLength(5);
    expect(fitAnnotations([[], []])).toBe('');
  });

  test('leave room for the first ones of each kind, and say how many are not shown', () => {
    const text = fitAnnotations([
      many('error', 'test', 30),
      [...many('error', 'finding', 2), ...many('notice', 'low', 11)],
      many('error', 'check', 1),
    ]);
    expect(titles(text).filter((title) => !title.startsWith('low'))).toEqual([
      'test0',
      'test1',
      'test2',
      'test3',
      'test4',
      'test5',
      'finding0',
      'finding1',
      'check0',
    ]);
    expect(text).toMatch(
      /\nGitHub shows .* per step\. Not annotated: 24 errors, 1 notice\. The reports .*\n$/,
    );
  });

  test('never exceed ten of a level, with the error that the command ends with', () => {
    const level = fc.constantFrom<AnnotationLevel>('error', 'warning', 'notice');
    const group = fc.array(
      fc.record({ level, place: fc.record({ title: fc.constant('t') }), message: fc.constant('m') }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(fc.array(group, { maxLength: 4 }), (groups) => {
        const lines = fitAnnotations(groups).split('\n');
        const count = (start: string): number => lines.filter((line) => line.startsWith(start)).length;
        const all = groups.flat().length;
        const shown = count('::');
        expect(count('::error') + 1).toBeLessThanOrEqual(10);
        expect(Math.max(count('::warning'), count('::notice'))).toBeLessThanOrEqual(10);
        expect(count('GitHub shows')).toBe(shown === all ? 0 : 1);
      }),
    );
  });
});
