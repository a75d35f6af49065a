import { expect, test } from 'vitest';
import { resolvedCheck } from '../../../../test/support/projects.ts';
import { notRunResult } from '../../../checks/check-result.ts';
import { selectChecks } from '../../../checks/select-checks.ts';
import { checksFrame } from './checks-frame.ts';
import { NO_CHECKS, reduceChecks, type ChecksModel } from './checks-model.ts';

const CHECKS = [
  resolvedCheck('deps', { leaves: ['node_modules'] }),
  resolvedCheck('lint', { needs: ['deps'] }),
  resolvedCheck('integration', { needs: ['deps'], weight: 2, retries: 2 }),
  resolvedCheck('build', { needs: ['lint'] }),
];
const [deps = resolvedCheck('deps'), lint = deps, integration = deps] = CHECKS;

function model(): ChecksModel {
  const plan = selectChecks(CHECKS, { only: null, isFast: false });
  const inPlace = {
    ...notRunResult('deps', 'up to date: outputs are in place'),
    status: 'passed',
    from: 'in-place',
  } as const;
  const failed = {
    ...notRunResult('lint', 'ran: src/a.ts changed'),
    status: 'failed',
    from: 'ran',
    durationMs: 340,
    problem: { code: 'CHECK_FAILED', message: 'The check lint failed with exit code 1.', hint: '' },
  } as const;
  return [
    { type: 'planned', at: 0, plan, capacity: 4 } as const,
    { type: 'ended', at: 10, check: deps, result: inPlace } as const,
    { type: 'started', at: 10, check: lint, reason: 'ran: src/a.ts changed' } as const,
    { type: 'started', at: 20, check: integration, reason: 'ran: never passed before' } as const,
    { type: 'line', name: 'integration', line: '\u001B[2Jtest 17 of 40' } as const,
    { type: 'ended', at: 350, check: lint, result: failed } as const,
    { type: 'retrying', at: 900, name: 'integration', attempt: 2, attempts: 3, failure: 'failed' } as const,
  ].reduce(reduceChecks, NO_CHECKS);
}

test('a picture has each check with its state, time and reason, and what those that run said last', () => {
  expect(checksFrame(model(), { now: 1520, width: 100, rows: 30, color: false, tick: 0 }))
    .toMatchInlineSnapshot(`
    "checks  2 of 4 · 1.5 s · ▰▰▱▱ 2 of 4 cores
      ↺ deps                    up to date: outputs are in place
      ✗ lint         340 ms     The check lint failed with exit code 1.
      ◐ integration  1.5 s      attempt 2 of 3 · ran: never passed before
          │ test 17 of 40
      · build
    "
  `);
});

test('no picture has more rows than the screen, nor a line that is wider', () => {
  for (let rows = 4; rows < 12; rows += 1) {
    const lines = checksFrame(model(), { now: 1520, width: 40, rows, color: true, tick: 1 }).split('\n');
    expect(lines.length).toBeLessThanOrEqual(rows);
    // oxlint-disable-next-line no-control-regex -- the escape sequences of colours are control characters
    for (const line of lines) expect(line.replaceAll(/\u001B\[[0-9;]*m/g, '').length).toBeLessThanOrEqual(40);
  }
});
