import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostCheckRun } from '../../providers/code-host.ts';
import { ciGateState } from './ci-gate.ts';

const gate = (change: Partial<HostCheckRun> = {}): HostCheckRun => ({
  name: 'CI gate',
  status: 'completed',
  conclusion: 'success',
  app: 'github-actions',
  url: 'https://github.com/octo/shop/runs/1',
  ...change,
});

describe('the checks of a commit', () => {
  test.each<[string, readonly HostCheckRun[], string]>([
    ['passed with their job', [gate()], 'passed'],
    ['passed with the job of a GitHub workflow that was called', [gate({ name: 'ci / CI gate' })], 'passed'],
    [
      'passed once they have passed, whatever another run of them said',
      [gate({ conclusion: 'failure' }), gate()],
      'passed',
    ],
    ['failed with it', [gate({ conclusion: 'failure' })], 'failed'],
    ['failed when it was cancelled', [gate({ conclusion: 'cancelled' })], 'failed'],
    ['failed when it was skipped: nobody has looked', [gate({ conclusion: 'skipped' })], 'failed'],
    ['are under way while it is', [gate({ status: 'in_progress', conclusion: null })], 'pending'],
    [
      'are under way when they are run again after a failure',
      [gate({ conclusion: 'failure' }), gate({ status: 'queued', conclusion: null })],
      'pending',
    ],
    ['are missing where there is no such job', [], 'missing'],
    [
      'are missing where only other jobs are green',
      [gate({ name: 'lint' }), gate({ name: 'My CI gate' })],
      'missing',
    ],
    ['are missing where another app says so', [gate({ app: 'evil-ci' })], 'missing'],
  ])('%s', (_, runs, kind) => {
    expect(ciGateState(runs).kind).toBe(kind);
  });

  test('have passed only where the job of GitHub Actions itself says success', () => {
    const run = fc.record({
      name: fc.constantFrom('CI gate', 'ci / CI gate', 'lint', 'CI gate 2'),
      status: fc.constantFrom<HostCheckRun['status']>('queued', 'in_progress', 'completed'),
      conclusion: fc.constantFrom('success', 'failure', 'neutral', 'skipped', null),
      app: fc.constantFrom('github-actions', 'other'),
      url: fc.constant(null),
    });
    fc.assert(
      fc.property(fc.array(run), (runs) => {
        const isGreen = runs.some(
          ({ name, status, conclusion, app }) =>
            /(^|\/ )CI gate$/.test(name) &&
            status === 'completed' &&
            conclusion === 'success' &&
            app === 'github-actions',
        );
        expect(ciGateState(runs).kind === 'passed').toBe(isGreen);
      }),
    );
  });
});
