import { expect, test } from 'vitest';
import type { TrialCell } from '../../../migrations/verdict/rollback-verdict.ts';
import type { VerdictRecord } from '../../../pipeline/verdict/verdict-record.ts';
import { paint } from '../text/paint.ts';
import { renderVerdict, verdictCell } from './verdict.ts';

const PASSED: TrialCell = {
  code: 'old',
  schema: 'old',
  result: 'passed',
  app: null,
  failed: null,
  message: null,
  output: [],
};
const FAILED: TrialCell = {
  ...PASSED,
  schema: 'new',
  result: 'failed',
  failed: 'smoke',
  message: 'The smoke test failed.',
  output: ['column "fax" does not exist'],
};

function render(record: Partial<VerdictRecord>): string {
  const whole: VerdictRecord = {
    from: 'r-1',
    verdict: 'safe',
    reasons: [],
    cells: [],
    changes: [],
    ...record,
  };
  return renderVerdict(whole, { color: false, width: 80 }).join('\n');
}

test('what was tried is a table, with the end of what failed and what the verdict means', () => {
  const reasons = [
    'The previous release does not work on the new schema: The smoke test failed.',
    'The column members.fax is gone: whatever names it fails.',
  ];
  expect(`\n${render({ verdict: 'forward-only', reasons, cells: [PASSED, FAILED] })}`).toMatchInlineSnapshot(`
    "
    Tested on throwaway apps: r-1, which is live, and the new release
                    old schema                new schema
      live release  ✓ works                   ✗ fails its smoke test
      new release   –                         –

      The live release on the new schema: The smoke test failed.
      │ column "fax" does not exist

    ↩ Back to r-1: forward only
      The previous release does not work on the new schema: the only way back is to
      restore the earlier data.
        · The column members.fax is gone: whatever names it fails.
    "
  `);
});

test('new code that needs the new schema is nothing to explain', () => {
  const needs = { ...FAILED, code: 'new', schema: 'old' } as const;
  expect(render({ cells: [PASSED, needs] })).not.toContain('The smoke test failed.');
});

test('where nothing changes there is no table', () => {
  expect(render({ reasons: ['Nothing of the database changes.'] })).toMatch(/^↩ Back to r-1: safe/);
});

test('in a list a release that was never tried has a dash', () => {
  const colors = paint(false);
  expect(
    [null, 'unknown', 'safe', 'code-only', 'forward-only'].map((each) => verdictCell(each as null, colors)),
  ).toEqual(['–', '–', 'safe', 'code only', 'forward only']);
});
