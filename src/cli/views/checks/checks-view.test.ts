import { afterEach, expect, test, vi } from 'vitest';
import { resolvedCheck } from '../../../../test/support/projects.ts';
import type { CheckResult } from '../../../checks/check-event.ts';
import { processOutput } from '../../output.ts';
import { checksView } from './checks-view.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test('what is said beside a picture that is being drawn comes below it', () => {
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(`picture ${String(text)}`) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const output = Object.create(processOutput({ json: false }), { isTty: { value: true } }) as ReturnType<
    typeof processOutput
  >;
  const view = checksView({ output, isActions: false, isVerbose: false, now: () => 0 });
  const check = resolvedCheck('lint');
  const plan = { selected: [{ check, preparesFor: [], after: [] }], leftOut: [] };
  view.onEvent({ type: 'planned', at: 0, plan, capacity: 1 });
  output.error('The shared cache does not answer.\n');
  output.error('It is left alone.\n');
  expect(written).toEqual([]);
  view[Symbol.dispose]();
  expect(written).toEqual([
    expect.stringContaining('lint'),
    'The shared cache does not answer.\n',
    'It is left alone.\n',
  ]);
  output.error('At once.\n');
  expect(written.at(-1)).toBe('At once.\n');
});

const FAILED: CheckResult = {
  name: 'test',
  status: 'failed',
  from: 'ran',
  reason: 'ran: nothing is kept of it',
  key: null,
  exitCode: 1,
  timedOut: false,
  startedAt: 0,
  durationMs: 1_100,
  endedAt: 1_100,
  savedMs: 0,
  failedAttempts: 0,
  isKept: false,
  warnings: [],
  left: [],
  output: [],
  problem: { code: 'CHECK_FAILED', message: 'The check test failed with exit code 1.', hint: '' },
};

test.each([
  [FAILED, '✗ test  failed with exit code 1 after 1.1 s\n'],
  [
    {
      ...FAILED,
      exitCode: null,
      timedOut: true,
      problem: { code: 'CHECK_FAILED', message: 'The check test did not finish within 1 s.', hint: '' },
    },
    '✗ test  1.1 s  did not finish within 1 s\n',
  ],
] as const)('a line says when a check failed, and of which limit', (result, line) => {
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  vi.stubEnv('NO_COLOR', '1');
  const view = checksView({
    output: processOutput({ json: false }),
    isActions: false,
    isVerbose: true,
    now: () => 0,
  });
  view.onEvent({ type: 'ended', at: 0, check: resolvedCheck('test'), result });
  expect(written).toEqual([line]);
});
