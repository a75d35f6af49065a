import { expect, test } from 'vitest';
import { lintFiles } from '../../lint-files.ts';

function isFound(script: string): boolean {
  const run = script.replaceAll('\n', '\n          ');
  const text = `on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - env:\n          REF: \${{ github.ref_name }}\n        run: |\n          ${run}\n`;
  return lintFiles([{ path: '.github/workflows/x.yml', text }], {}).some(({ findings }) =>
    findings.some(({ rule }) => rule === 'unquoted-variable'),
  );
}

test.each([
  ['bare', './release $REF', true],
  ['in quotes', './release "to $REF"', false],
  ['in single quotes', "./release 'to $REF'", false],
  ['in quotes of a command in quotes', 'sha="$(git rev-parse "$REF")"', false],
  ['bare in a command in quotes', 'sha="$(git rev-parse $REF)"', true],
  ['in quotes after a command in quotes', 'echo "$(date) $REF"', false],
  ['bare after a command in quotes', 'echo "$(date)" $REF', true],
])('a value of the event %s', (_, script, expected) => {
  expect(isFound(script)).toBe(expected);
});
