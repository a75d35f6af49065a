import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJunit } from './parse-junit.ts';
import type { TestResult } from './test-result.ts';
import { writeJunit } from './write-junit.ts';

const FILES = new Set(['test/a.test.ts', 'test/shop_test.exs', 'tests/test_shop.py', 'bad.js']);
const place = { root: '/app', directory: '', exists: (path: string): boolean => FILES.has(path) };
const parse = (text: string): ReturnType<typeof parseJunit> => parseJunit(text, { check: 'unit', place });
const one = (text: string): Partial<TestResult> => parse(text).results[0] ?? {};

describe('reading JUnit', () => {
  test('of vitest: a class is a file, the place is in the text', () => {
    const text = `<testsuites><testsuite name="test/a.test.ts"><testcase classname="test/a.test.ts" name="outer &gt; fails" time="0.0071">
      <system-out>hello</system-out><failure message="expected 1 to be 2" type="AssertionError">
AssertionError: expected 1 to be 2
 ❯ node_modules/x/y.js:3:4
 ❯ test/a.test.ts:12:8</failure></testcase></testsuite></testsuites>`;
    expect(one(text)).toEqual({
      check: 'unit',
      suite: 'test/a.test.ts',
      name: 'outer > fails',
      file: 'test/a.test.ts',
      line: 12,
      status: 'failed',
      durationMs: 7.1,
      message: 'expected 1 to be 2',
      output:
        'hello\n\nAssertionError: expected 1 to be 2\n ❯ node_modules/x/y.js:3:4\n ❯ test/a.test.ts:12:8',
      failedAttempts: 0,
    });
  });

  test('of jest-junit: no file at all, the place is in the stack, colours are taken away', () => {
    const text = `<testsuites name="jest tests"><testsuite name="shop"><testcase classname="shop sells" name="shop sells" time="0.003">
      <failure>Error: &#x1B;[31mno&#x1B;[39m way
    at Object.&lt;anonymous&gt; (/app/test/a.test.ts:5:9)</failure></testcase></testsuite></testsuites>`;
    expect(one(text)).toMatchObject({
      file: 'test/a.test.ts',
      line: 5,
      message: 'Error: no way',
      suite: 'shop',
    });
  });

  test('of node:test: suites within each other, absolute files, what is to be done is no failure', () => {
    const text = `<testsuites><testsuite name="outer"><testsuite name="inner">
      <testcase name="later" file="/app/test/a.test.ts"><skipped type="todo" message="true"/><failure message="x">y</failure></testcase>
      <testcase name="bad" file="/app/test/a.test.ts"><failure message="m">at (file:///app/test/a.test.ts:2:107)</failure></testcase>
      </testsuite></testsuite><testcase name="top" file="/app/test/a.test.ts"/></testsuites>`;
    const { results } = parse(text);
    expect(
      results.map(({ suite, name, status, line, message }) => [suite, name, status, line, message]),
    ).toEqual([
      ['outer › inner', 'later', 'skipped', null, null],
      ['outer › inner', 'bad', 'failed', 2, 'm'],
      ['', 'top', 'passed', null, null],
    ]);
  });

  test('of mocha: the file is one of the suite around it', () => {
    const text = `<testsuites><testsuite name="Root" file="/app/test/a.test.ts"><testcase name="x" classname="y" time="1,234.5"><failure message="no" type="Error"><![CDATA[Error: <no>
   at Context.<anonymous> (test/a.test.ts:9:1)]]></failure></testcase></testsuite></testsuites>`;
    expect(one(text)).toMatchObject({ file: 'test/a.test.ts', line: 9, durationMs: 1_234_500 });
  });

  test('of ExUnit: the line stands behind the file', () => {
    const text = `<testsuites><testsuite errors="0" failures="1" name="Elixir.ShopTest"><testcase classname="Elixir.ShopTest" file="test/shop_test.exs:7" name="test sells" time="0.02">
      <failure message="error: Assertion with == failed">    test/shop_test.exs:9: (test)</failure></testcase>
      <testcase classname="Elixir.ShopTest" file="test/shop_test.exs:3" name="test buys"/></testsuite></testsuites>`;
    const { results } = parse(text);
    expect(results.map(({ file, line }) => [file, line])).toEqual([
      ['test/shop_test.exs', 9],
      ['test/shop_test.exs', 3],
    ]);
  });

  test('of pytest: a class is a module; an error is a failure; a reason is kept', () => {
    const text = `<testsuites><testsuite name="pytest"><testcase classname="tests.test_shop.TestSell" name="test_x"><error message="fixture failed">tests/test_shop.py:4: E</error></testcase>
      <testcase classname="tests.test_shop" name="test_y"><skipped type="pytest.skip" message="no database">…</skipped></testcase></testsuite></testsuites>`;
    expect(
      parse(text).results.map(({ file, line, status, message }) => [file, line, status, message]),
    ).toEqual([
      ['tests/test_shop.py', 4, 'failed', 'fixture failed'],
      ['tests/test_shop.py', null, 'skipped', 'no database'],
    ]);
  });

  test('of surefire: one suite at the top, and tries that failed before one passed', () => {
    const text = `<testsuite name="com.shop.SellTest"><properties><property name="a" value="b"/></properties>
      <testcase name="sells" classname="com.shop.SellTest" time="0.1"><flakyFailure message="m" type="T"><stackTrace>s</stackTrace></flakyFailure><flakyError/></testcase>
      <testcase name="fails" classname="com.shop.SellTest"><failure message="m"/><rerunFailure message="again"/></testcase></testsuite>`;
    const { results } = parse(text);
    expect(results.map(({ status, failedAttempts }) => [status, failedAttempts])).toEqual([
      ['passed', 2],
      ['failed', 0],
    ]);
  });

  test('of oxlint: the place is in words', () => {
    const text = `<testsuites name="Oxlint"><testsuite name="bad.js"><testcase name="eslint(no-debugger)"><failure message="m">line 4, column 1, m</failure></testcase></testsuite></testsuites>`;
    expect(one(text)).toMatchObject({ file: 'bad.js', line: 4 });
  });

  test('what is in front of a cut counts, and the cut is named', () => {
    const { results, problem } = parse(
      '<testsuites><testsuite name="a"><testcase name="b"/>\n<testcase name="c"><fail',
    );
    expect(results.map(({ name }) => name)).toEqual(['b']);
    expect(problem).toEqual({ message: 'it ends within <testcase>', line: 2 });
  });

  test('secrets are taken out of what is said', () => {
    const text =
      '<testsuite><testcase name="a"><failure message="key s3cret">uses s3cret</failure></testcase></testsuite>';
    const redact = (said: string): string => said.replaceAll('s3cret', '***');
    const [result] = parseJunit(text, { check: 'unit', place, redact }).results;
    expect([result?.message, result?.output]).toEqual(['key ***', 'uses ***']);
  });

  test('fifty megabytes are read in seconds, and what a test printed is cut', { timeout: 60_000 }, () => {
    const row = (at: number): string =>
      `<testcase classname="c${at % 100}" name="does ${at}" time="0.001" file="/app/test/a.test.ts"/>\n`;
    const many = Array.from({ length: 300_000 }, (_, at) => row(at)).join('');
    const loud = `<testcase name="loud"><failure message="m">${'long line of a log\n'.repeat(1_500_000)}</failure></testcase>`;
    const text = `<testsuites><testsuite name="s">${many}${loud}</testsuite></testsuites>`;
    expect(text.length).toBeGreaterThan(50_000_000);
    const before = heapInUse();
    const { results, problem } = parse(text);
    expect(problem).toBeNull();
    expect(results).toHaveLength(300_001);
    expect(results.at(-1)?.output?.length).toBeLessThanOrEqual(8000);
    expect(heapInUse() - before).toBeLessThan(500_000_000);
  });
});

/** Without what nobody holds any more: when that goes is V8's own business, and later on a busy machine. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

test.each([
  ['a name without an end', `<testsuite><testcase ${'a'.repeat(2_000_000)}`],
  ['names without values', `<testsuite><testcase ${'a '.repeat(1_000_000)}/></testsuite>`],
  ['one long word', `<testcase><failure>${'a.b'.repeat(1_000_000)}</failure></testcase>`],
  [
    'a long path in each of many failures',
    `<a>${`<testcase><failure>${'a/.'.repeat(2600)}</failure></testcase>`.repeat(300)}</a>`,
  ],
  ['a class of many parts', `<testcase classname="${'a.'.repeat(1_000_000)}py"/>`],
  [
    'marks of colours without an end',
    `<testcase><failure>${'\u001B]'.repeat(1_000_000)}</failure></testcase>`,
  ],
  ['quotes without an end', `<testcase ${`a='`.repeat(1_000_001)}`],
])('%s takes no time to speak of', { timeout: 30_000 }, (_, text) => {
  // Of the processor: others on the machine do not count.
  const began = process.cpuUsage();
  parse(text);
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1_000).toBeLessThan(10_000);
});

const words = fc.stringMatching(/^[a-z<&"'>ü][a-z<&"'>ü \]]{0,10}[a-z<&]$/);
const result = fc.record<TestResult>({
  check: fc.constant('unit'),
  suite: words,
  name: words,
  file: fc.constantFrom('test/a.test.ts', 'bad.js'),
  line: fc.option(fc.integer({ min: 1, max: 9999 })),
  status: fc.constantFrom('passed', 'failed', 'skipped'),
  durationMs: fc.nat(100_000).map((micros) => micros / 1000),
  message: words,
  output: words,
  failedAttempts: fc.nat(2),
});
const sane = (one: TestResult): TestResult => ({
  ...one,
  message: one.status === 'passed' ? null : one.message,
  output: one.status === 'failed' ? one.output : null,
  failedAttempts: one.status === 'passed' ? one.failedAttempts : 0,
});

describe('writing JUnit', () => {
  test('gives what reading it takes, test by test', () => {
    fc.assert(
      fc.property(fc.array(result.map(sane), { maxLength: 6 }), (results) => {
        const read = parse(writeJunit(results));
        const order = (list: readonly TestResult[]): string[] =>
          list.map((test) => JSON.stringify(test, Object.keys(test).sort())).sort();
        expect(read.problem).toBeNull();
        expect(order(read.results)).toEqual(order(results));
      }),
    );
  });

  test('puts what no XML can hold aside, and counts', () => {
    const failed = sane({
      check: 'e2e',
      suite: '',
      name: 'a\u0000b',
      file: null,
      line: null,
      status: 'failed',
      durationMs: 1500,
      message: 'x',
      output: '\u001B\uD800]]>',
      failedAttempts: 0,
    });
    expect(writeJunit([failed])).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="glidepath" tests="1" failures="1" errors="0" skipped="0" time="1.500000">
        <testsuite name="" package="e2e" tests="1" failures="1" errors="0" skipped="0" time="1.500000">
          <testcase name="ab" classname="e2e" time="1.500000">
            <failure message="x">�]]&gt;</failure>
          </testcase>
        </testsuite>
      </testsuites>
      "
    `);
  });
});
