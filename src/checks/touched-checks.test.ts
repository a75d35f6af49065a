import { expect, test } from 'vitest';
import { resolvedCheck } from '../../test/support/projects.ts';
import { selectChecks } from './select-checks.ts';
import { touchedChecks } from './touched-checks.ts';

const CHECKS = [
  resolvedCheck('api:deps', {
    directory: 'api',
    inputs: ['api/package.json'],
    prepares: true,
    leaves: ['api/node_modules'],
  }),
  resolvedCheck('api:build', {
    directory: 'api',
    inputs: ['api/src/**'],
    needs: ['api:deps'],
    outputs: ['api/dist/**'],
  }),
  resolvedCheck('web:lint', { directory: 'web', inputs: ['web/**', '!web/**/*.md'] }),
  resolvedCheck('e2e', { inputs: ['e2e/**'], needs: ['api:build', 'web:lint'], fast: false }),
];

test.each([
  [['api/src/a.ts'], ['api:build', 'e2e']],
  [['api/package-lock.json'], ['api:build', 'api:deps', 'e2e']],
  [['web/a.ts'], ['e2e', 'web:lint']],
  [['web/README.md'], []],
  [['api/dist/index.js'], []],
  [['e2e/a.test.ts'], ['e2e']],
  [['.nvmrc'], ['api:build', 'api:deps', 'e2e', 'web:lint']],
  [['README.md'], []],
])('%j touches %j', (changed, expected) => {
  expect([...touchedChecks(CHECKS, changed)].toSorted()).toEqual(expected);
});

test('what is not touched is left out and says so, and what prepares for the others comes along', () => {
  const touched = {
    names: touchedChecks(CHECKS, ['api/src/a.ts']),
    otherwise: 'unaffected by changes since main',
  };
  const { selected, leftOut } = selectChecks(CHECKS, { only: null, isFast: true, touched });
  expect(selected.map(({ check, preparesFor }) => [check.name, preparesFor])).toEqual([
    ['api:deps', ['api:build']],
    ['api:build', []],
  ]);
  expect(leftOut).toEqual([
    { name: 'web:lint', reason: 'unaffected by changes since main' },
    { name: 'e2e', reason: 'not fast (--fast)' },
  ]);
});
