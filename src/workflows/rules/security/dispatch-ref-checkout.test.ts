import { expect, test } from 'vitest';
import { lintFiles } from '../../lint-files.ts';

const ON = 'on:\n  workflow_dispatch:\n    inputs:\n      ref:\n        type: string\njobs:\n';
const CHECKOUT = '      - uses: actions/checkout@v7\n        with:\n          ref: ${{ inputs.ref }}\n';
const PROOF = '      - run: git merge-base --is-ancestor HEAD "$GITHUB_SHA"\n';

function isFound(job: string, steps: string, before = ''): boolean {
  const text = `${ON}${before}  deploy:\n${job}    runs-on: ubuntu-24.04\n    steps:\n${steps}      - run: npm ci\n`;
  return lintFiles([{ path: '.github/workflows/x.yml', text }], {}).some(({ findings }) =>
    findings.some(({ rule }) => rule === 'dispatch-ref-checkout'),
  );
}

const LIVE = '    environment: production\n';

test.each([
  ['an environment', LIVE, CHECKOUT],
  ['a right to write', '    permissions:\n      id-token: write\n', CHECKOUT],
  ['a secret', '    env:\n      TOKEN: ${{ secrets.TOKEN }}\n', CHECKOUT],
  ['another way to write it', LIVE, CHECKOUT.replace('inputs.ref', 'github.event.inputs.ref || github.sha')],
  ['a proof that comes too late', LIVE, `${CHECKOUT}      - run: npm ci\n${PROOF}`],
])('a commit that is named by hand runs with %s', (_, job, steps) => {
  expect(isFound(job, steps)).toBe(true);
});

test.each([
  ['nothing to take', '', CHECKOUT],
  ['a proof before anything runs', LIVE, CHECKOUT + PROOF],
  ['the branch itself', LIVE, CHECKOUT.replace('inputs.ref', 'github.sha')],
  ['another input', LIVE, CHECKOUT.replace('inputs.ref', 'inputs.other')],
])('none does with %s', (_, job, steps) => {
  expect(isFound(job, steps)).toBe(false);
});

test('none does after a job that has proven it', () => {
  const proof = `  commit:\n    runs-on: ubuntu-24.04\n    steps:\n${PROOF}`;
  expect(isFound(`    needs: commit\n${LIVE}`, CHECKOUT, proof)).toBe(false);
});
