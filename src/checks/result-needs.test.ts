import { expect, test } from 'vitest';
import { resolvedCheck } from '../../test/support/projects.ts';
import { resultNeeds } from './result-needs.ts';

const ALL = [
  resolvedCheck('deps', { leaves: ['node_modules'], prepares: true }),
  resolvedCheck('lint', { needs: ['deps'] }),
  resolvedCheck('types', { needs: ['deps'] }),
  resolvedCheck('build', { needs: ['lint', 'types'], outputs: ['dist/**'], prepares: true }),
  resolvedCheck('test', { needs: ['build'] }),
];
const [, , , build = resolvedCheck('build'), test1 = resolvedCheck('test')] = ALL;

test('behind a need that makes nothing, what that needs counts', () => {
  const made = new Map([
    ['deps', 'd1'],
    ['lint', 'passed'],
    ['types', 'passed'],
  ]);
  expect(resultNeeds(build, ALL, made)).toEqual({ deps: 'd1', lint: 'passed', types: 'passed' });
});

test('a check alone has the needs that it has among all', () => {
  const alone = resultNeeds(build, ALL, new Map([['deps', 'd1']]));
  expect(alone).toEqual({ deps: 'd1', lint: 'passed', types: 'passed' });
});

test('what makes files stands for everything before it, so that a build that comes out the same changes nothing after it', () => {
  expect(
    resultNeeds(
      test1,
      ALL,
      new Map([
        ['deps', 'd2'],
        ['build', 'b1'],
      ]),
    ),
  ).toEqual({ build: 'b1' });
  expect(resultNeeds(test1, ALL, new Map([['deps', 'd2']]))).toEqual({});
});
