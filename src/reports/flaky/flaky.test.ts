import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TestResult } from '../tests/test-result.ts';
import { judgeFlaky } from './judge-flaky.ts';
import { historyLine, readHistory, shortenedHistory, testRun, type TestRun } from './test-history.ts';

const result = (name: string, status: TestResult['status'], failedAttempts = 0): TestResult => ({
  check: 'unit',
  suite: 's',
  name,
  file: 'a.test.ts',
  line: 3,
  status,
  durationMs: 1,
  message: null,
  output: null,
  failedAttempts,
});
/** A run of the tests `a`, `b`, `c`, of which these failed. */
const run = (at: number, code: string | null, failed: string): TestRun => {
  const results = ['a', 'b', 'c'].map((name) => result(name, failed.includes(name) ? 'failed' : 'passed'));
  const kept = testRun({ at, check: 'unit', code }, results);
  if (kept === null) throw new Error('Some test ran.');
  return kept;
};
const judge = (history: readonly TestRun[], ...now: TestResult[]): string[] =>
  judgeFlaky(now, history).map(
    ({ name, times, runs, lastAt }) => `${name}: ${times} of ${runs}, last ${lastAt}`,
  );

describe('a test is flaky', () => {
  test('that failed and passed on the same code, in whichever order', () => {
    expect(judge([run(1, 'k', 'a'), run(2, 'k', '')], result('a', 'passed'))).toEqual(['a: 1 of 2, last 1']);
    expect(judge([run(1, 'k', ''), run(2, 'k', 'a')], result('a', 'failed'))).toEqual(['a: 1 of 2, last 2']);
  });

  test('that passed while another one failed', () => {
    expect(judge([run(1, 'k', 'a'), run(2, 'k', 'b')], result('a', 'passed'), result('b', 'failed'))).toEqual(
      ['b: 1 of 2, last 2', 'a: 1 of 2, last 1'],
    );
  });

  test('that failed and passed when it was tried again, by its runner or by the check', () => {
    const about = { at: 7, check: 'unit', code: null };
    const byRunner = testRun(about, [result('a', 'passed', 2)]);
    const byCheck = testRun(about, [result('a', 'passed')], [result('a', 'failed'), result('b', 'passed')]);
    expect(byRunner?.recovered).toHaveLength(1);
    expect(byCheck).toEqual(byRunner);
    expect(judge(byRunner === null ? [] : [byRunner], result('a', 'passed'))).toEqual(['a: 1 of 1, last 7']);
  });
});

describe('a test is not flaky', () => {
  test('that fails since the code changed, or was mended', () => {
    expect(judge([run(1, 'k', ''), run(2, 'l', 'a')], result('a', 'failed'))).toEqual([]);
    expect(judge([run(1, 'k', 'a'), run(2, 'l', '')], result('a', 'passed'))).toEqual([]);
  });

  test('that fails each time', () => {
    expect(judge([run(1, 'k', 'a'), run(2, 'k', 'a')], result('a', 'failed'))).toEqual([]);
  });

  test('where nothing tells whether the code was the same', () => {
    expect(judge([run(1, null, 'a'), run(2, null, '')], result('a', 'passed'))).toEqual([]);
  });

  test('by what another check or a test of another name did', () => {
    const other = { ...run(2, 'k', ''), check: 'e2e' };
    expect(judge([run(1, 'k', 'a'), other], result('a', 'passed'))).toEqual([]);
    expect(judge([run(1, 'k', 'a'), run(2, 'k', '')], result('b', 'passed'))).toEqual([]);
  });

  test('any more, once forty runs went well since', () => {
    const since = Array.from({ length: 40 }, (_, at) => run(10 + at, `k${at}`, ''));
    const before = [run(1, 'k', 'a'), run(2, 'k', '')];
    expect(judge([...before, ...since.slice(1)], result('a', 'passed'))).toEqual([]);
    expect(judge([...before, ...since.slice(2)], result('a', 'passed'))).toEqual(
      ['a: 1 of 40, last 1'].slice(0, 1),
    );
  });
});

test('on any history, whatever never both failed and passed on one code is not flaky', () => {
  const runs = fc.array(
    fc.record({ code: fc.constantFrom('k', 'l', 'm'), failed: fc.constantFrom('', 'a', 'b', 'ab', 'abc') }),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(runs, (list) => {
      const history = list.map(({ code, failed }, at) => run(at, code, failed));
      const isBoth = ['k', 'l', 'm'].some((code) => {
        const same = list.filter((one) => one.code === code);
        return (
          same.some(({ failed }) => failed.includes('a')) && same.some(({ failed }) => !failed.includes('a'))
        );
      });
      expect(judge(history, result('a', 'passed'))).toHaveLength(isBoth ? 1 : 0);
    }),
  );
});

describe('the history', () => {
  test('is read as it was written, without lines that are spoilt or cut off', () => {
    const runs = [run(1, 'k', 'ab'), run(2, null, ''), run(3, 'l', 'c')];
    const lines = runs.map(historyLine);
    expect(readHistory(lines.join(''))).toEqual(runs);
    const spoilt = [
      lines[0],
      '{"v":2}\n',
      'null\n',
      '{"v":1,"at":"x"}\n',
      lines[1],
      lines[2]?.slice(0, 20),
    ].join('');
    expect(readHistory(spoilt)).toEqual(runs.slice(0, 2));
  });

  test('is shortened to the last forty runs of each check, once it is twice as long', () => {
    const runs = Array.from({ length: 81 }, (_, at) => run(at, `k${at}`, at % 7 === 0 ? 'a' : ''));
    const rare = { ...run(0, 'k', ''), check: 'e2e' };
    expect(shortenedHistory(runs.slice(0, 80).map(historyLine).join(''))).toBeNull();
    const text = shortenedHistory([rare, ...runs, ...runs].map(historyLine).join(''));
    expect(readHistory(text ?? '')).toEqual([rare, ...runs.slice(-40)]);
  });

  test('has nothing of a run without tests', () => {
    expect(testRun({ at: 1, check: 'unit', code: 'k' }, [])).toBeNull();
    expect(testRun({ at: 1, check: 'unit', code: 'k' }, [result('a', 'skipped')])).toBeNull();
  });

  test('tells a test that passed from its namesake that failed', () => {
    const kept = testRun({ at: 1, check: 'unit', code: 'k' }, [result('a', 'passed'), result('a', 'failed')]);
    expect(kept?.failed).toHaveLength(1);
    expect(kept?.passed).toEqual([]);
  });
});
