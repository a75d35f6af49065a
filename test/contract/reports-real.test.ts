import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Ajv from 'ajv';
import { XMLValidator } from 'fast-xml-parser';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CheckEvent, CheckResult } from '../../src/checks/check-event.ts';
import { githubContext } from '../../src/cli/github/github-context.ts';
import { failedAttempts } from '../../src/cli/reports/failed-attempts.ts';
import { fitAnnotations } from '../../src/cli/github/fit-annotations.ts';
import { reportChecks } from '../../src/cli/reports/report-checks.ts';
import { reportsAnnotations } from '../../src/cli/reports/reports-annotations.ts';
import type { ResolvedCheck, ResolvedReports } from '../../src/config/resolved-ci.ts';
import type { ReportsSummary } from '../../src/reports/summary/reports-summary.ts';

const require = createRequire(import.meta.url);
const BASE = realpathSync(mkdtempSync(join(tmpdir(), 'glidepath-real-reports-')));
/** The project lies below the root of its repository, as in a repository of many. */
const ROOT = join(BASE, 'apps/shop');
/** Tests within tests: nothing of the outer runner reaches the inner one. */
const ENV = { PATH: process.env['PATH'] ?? '', HOME: BASE, NO_COLOR: '1' };

const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), text);
};
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
    cwd: ROOT,
  }).toString();

const CART = `export function total(items) {
  return items.length === 0 ? 0 : items.reduce((sum, item) => sum + item.price, 0);
}
`;
const CART_TEST = `import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { total } from '../src/cart.mjs';
describe('the cart', () => {
  test('is empty & <free>', () => assert.equal(total([]), 0));
  test('adds up', () => {
    assert.equal(total([{ price: 2 }]), existsSync('wrong') ? 3 : 2);
  });
  test.skip('ships', () => undefined);
});
`;

beforeAll(() => {
  put('src/cart.mjs', CART);
  put('test/cart.test.mjs', CART_TEST);
  put(
    'vitest/cart.test.mjs',
    `import { expect, test } from 'vitest';\ntest('fails', () => {\n  expect(1).toBe(2);\n});\n`,
  );
  put('.gitignore', '.glidepath/\nout/\nwrong\n');
  git('init', '-q', '-b', 'main', BASE);
  git('add', '-A');
  git('commit', '-qm', 'First');
  git('checkout', '-qb', 'change');
  put('src/cart.mjs', `${CART}export function taxed(items) {\n  return total(items) * 1.2;\n}\n`);
  git('commit', '-qam', 'Tax');
});
afterAll(() => rmSync(BASE, { recursive: true, force: true }));

// Each begins with what is committed: nothing is remembered of the tests before it, and nothing left.
beforeEach(() => {
  git('checkout', '-q', '--', '.');
  git('clean', '-fdxq');
});

const checkOf = (name: string, reports: Partial<ResolvedReports>): ResolvedCheck =>
  ({
    name,
    directory: '',
    outputs: [],
    leaves: [],
    reports: { junit: [], coverage: [], sarif: [], sbom: [], ...reports },
  }) as unknown as ResolvedCheck;
const resultOf = (name: string, more: Partial<CheckResult> = {}): CheckResult =>
  ({ name, status: 'passed', from: 'ran', key: `key of ${name}`, startedAt: null, ...more }) as CheckResult;

interface Reported {
  readonly checks: readonly ResolvedCheck[];
  readonly results: readonly CheckResult[];
  readonly env?: Readonly<Record<string, string>>;
  /** What running the checks said. */
  readonly play?: (onEvent: (event: CheckEvent) => void) => void;
}

async function report({ checks, results, env = {}, play }: Reported): Promise<{
  readonly summary: ReportsSummary | null;
}> {
  const redact = (text: string): string => text;
  const attempts = failedAttempts({ root: ROOT, redact });
  play?.((event) => attempts.onEvent(event));
  const github = githubContext(env, () => null);
  const options = {
    root: ROOT,
    mainBranch: 'main',
    checks,
    results,
    attempts,
    github,
    redact,
    now: Date.now(),
  };
  return { summary: await reportChecks({ env }, options) };
}

/** Runs the tests with the reporters of node itself; gives when it began. */
function nodeTests(): { startedAt: number; code: number | null } {
  const startedAt = Date.now();
  mkdirSync(join(ROOT, 'out'), { recursive: true });
  const reporters = ['junit:out/node.xml', 'lcov:out/node.lcov'].flatMap((pair) => {
    const [reporter = '', destination = ''] = pair.split(':');
    return [`--test-reporter=${reporter}`, `--test-reporter-destination=${destination}`];
  });
  const args = ['--test', '--experimental-test-coverage', ...reporters, 'test/cart.test.mjs'];
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, env: ENV });
  return { startedAt, code: status };
}

const UNIT = checkOf('unit', { junit: ['out/node.xml'], coverage: ['out/*.lcov'] });

describe("the reports of node's own tests", () => {
  test('are tests, coverage, and the coverage of the change', async () => {
    const { startedAt, code } = nodeTests();
    expect(code).toBe(0);
    const { summary } = await report({ checks: [UNIT], results: [resultOf('unit', { startedAt })] });
    expect(summary).toMatchObject({
      prefix: 'apps/shop/',
      commit: git('rev-parse', 'HEAD').trim(),
      tests: { passed: 2, failed: 0, skipped: 1, failures: [], flaky: [] },
      coverage: {
        change: {
          since: `main (${git('rev-parse', '--short=7', 'main').trim()})`,
          lines: { covered: 1, total: 3 },
          uncovered: [{ path: 'src/cart.mjs', from: 5, to: 6 }],
          unmeasured: [],
        },
      },
      warnings: [],
    });
    expect(XMLValidator.validate(read('.glidepath/reports/junit.xml'))).toBe(true);
    expect(XMLValidator.validate(read('.glidepath/reports/coverage.cobertura.xml'))).toBe(true);
    expect(read('.glidepath/reports/coverage.lcov')).toContain('SF:src/cart.mjs\n');
    expect(JSON.parse(read('.glidepath/reports/summary.json'))).toEqual(summary);
  });

  test('name a failure with its line, and a test that failed and passed on the same code', async () => {
    const results = (startedAt: number, status: 'passed' | 'failed'): CheckResult[] => [
      resultOf('unit', { startedAt, status, key: 'same' }),
    ];
    put('wrong', '');
    const failed = nodeTests();
    expect(failed.code).toBe(1);
    const { summary } = await report({ checks: [UNIT], results: results(failed.startedAt, 'failed') });
    expect(summary?.tests).toMatchObject({
      failed: 1,
      failures: [{ suite: 'the cart', name: 'adds up', file: 'test/cart.test.mjs', line: 8 }],
      flaky: [],
    });
    expect(summary?.tests?.failures[0]?.message).toContain('2 !== 3');
    rmSync(join(ROOT, 'wrong'));
    const passed = nodeTests();
    const after = await report({ checks: [UNIT], results: results(passed.startedAt, 'passed') });
    expect(after.summary?.tests?.flaky).toMatchObject([
      { name: 'adds up', status: 'passed', times: 1, file: 'test/cart.test.mjs' },
    ]);
  });

  test('of a try that failed are read before the next one writes over them', async () => {
    const check = { ...checkOf('retried', UNIT.reports), retries: 1 };
    const startedAt = Date.now();
    const { summary } = await report({
      checks: [check],
      results: [resultOf('retried', { startedAt })],
      play(onEvent) {
        put('wrong', '');
        onEvent({ type: 'started', at: startedAt, check, reason: '' });
        nodeTests();
        onEvent({
          type: 'retrying',
          at: Date.now(),
          name: 'retried',
          attempt: 2,
          attempts: 2,
          failure: '',
        });
        rmSync(join(ROOT, 'wrong'));
        nodeTests();
      },
    });
    expect(summary?.tests?.flaky).toMatchObject([{ name: 'adds up', times: 1, runs: 1 }]);
  });
});

describe('the reports of other tools', () => {
  test('vitest: one failure, at its line, beside the tests of node', async () => {
    const vitest = join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs');
    const args = [
      vitest,
      'run',
      '--root',
      ROOT,
      '--dir',
      'vitest',
      '--reporter=junit',
      '--outputFile=out/vitest.xml',
    ];
    // From here, so that vitest is found by the test.
    const link = join(ROOT, 'node_modules');
    execFileSync('ln', ['-sfn', join(dirname(require.resolve('vitest/package.json')), '..'), link]);
    const { status } = spawnSync(process.execPath, args, { cwd: ROOT, env: ENV });
    rmSync(link);
    expect(status).toBe(1);
    nodeTests();
    const checks = [UNIT, checkOf('vitest', { junit: ['out/vitest.xml'] })];
    const { summary } = await report({
      checks,
      results: [resultOf('unit'), resultOf('vitest', { status: 'failed' })],
    });
    expect(summary?.tests).toMatchObject({ passed: 2, failed: 1, skipped: 1 });
    expect(summary?.tests?.failures).toMatchObject([
      {
        check: 'vitest',
        name: 'fails',
        file: 'vitest/cart.test.mjs',
        line: 3,
        message: expect.stringContaining('expected 1 to be 2') as string,
      },
    ]);
  });

  test('oxlint: findings in one log that the schema of SARIF accepts, annotated on GitHub', async () => {
    const oxlint = join(dirname(require.resolve('oxlint/package.json')), 'bin/oxlint');
    put('src/bad.js', 'debugger;\nexport const a = 1;\nif (a == 2) {}\n');
    const { stdout } = spawnSync(process.execPath, [oxlint, '--format=sarif', 'src/bad.js'], {
      cwd: ROOT,
      env: ENV,
    });
    put('out/lint.sarif', stdout.toString());
    const summaryFile = join(BASE, 'step-summary.md');
    writeFileSync(summaryFile, '# Before\n');
    const env = {
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'a/b',
      GITHUB_SHA: 'abc',
      GITHUB_STEP_SUMMARY: summaryFile,
    };
    const { summary } = await report({
      checks: [checkOf('lint', { sarif: ['out/lint.sarif'] })],
      results: [resultOf('lint')],
      env,
    });
    rmSync(join(ROOT, 'src/bad.js'));
    const debuggers = summary?.findings?.list.filter(({ id }) => id.includes('no-debugger'));
    expect(debuggers).toMatchObject([
      { tool: 'oxlint', severity: 'moderate', place: { path: 'src/bad.js', line: 1 } },
    ]);
    const annotated = summary === null ? [] : reportsAnnotations(summary).flat();
    expect(fitAnnotations([annotated])).toContain(
      '::warning file=apps/shop/src/bad.js,line=1,title=eslint(no-debugger)::',
    );
    const page = readFileSync(summaryFile, 'utf8');
    expect(page).toMatch(/^# Before\n## Reports\n/);
    expect(page).toContain('https://github.com/a/b/blob/abc/apps/shop/src/bad.js#L1');
    const log = JSON.parse(read('.glidepath/reports/findings.sarif')) as { runs: { results: unknown[] }[] };
    expect(sarifProblem(log)).toBeNull();
    expect(JSON.stringify(log)).toContain('"uri":"apps/shop/src/bad.js","uriBaseId":"%SRCROOT%"');
    expect(log.runs[0]?.results.length).toBe(summary?.findings?.list.length);
  });

  const pytest = spawnSync('python3', ['-c', 'import pytest'], { env: ENV }).status === 0;
  test.skipIf(!pytest)('pytest: the file of a module, and the line of the failure', async () => {
    put(
      'py/test_cart.py',
      'import pytest\n\n\nclass TestCart:\n    def test_adds(self):\n        assert 1 + 1 == 3\n\n\n@pytest.mark.skip(reason="later")\ndef test_ships():\n    pass\n',
    );
    spawnSync('python3', ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', '--junitxml=out/py.xml', 'py'], {
      cwd: ROOT,
      env: ENV,
    });
    const { summary } = await report({
      checks: [checkOf('py', { junit: ['out/py.xml'] })],
      results: [resultOf('py', { status: 'failed' })],
    });
    expect(summary?.tests).toMatchObject({ passed: 0, failed: 1, skipped: 1 });
    expect(summary?.tests?.failures).toMatchObject([{ name: 'test_adds', file: 'py/test_cart.py', line: 6 }]);
  });
});

describe('what was reported before', () => {
  test('is told again, unread, where every check found all in place', async () => {
    nodeTests();
    const first = await report({ checks: [UNIT], results: [resultOf('unit')] });
    put('out/node.xml', 'spoilt since');
    const inPlace = { checks: [UNIT], results: [resultOf('unit', { from: 'in-place' })] };
    expect((await report(inPlace)).summary).toEqual(first.summary);
    const other = await report({
      ...inPlace,
      results: [resultOf('unit', { from: 'in-place', key: 'another' })],
    });
    expect(other.summary?.warnings).toEqual([
      'The report out/node.xml of the check unit cannot be read completely: it is no XML (line 1).',
    ]);
  });

  test('is not there where no check has reports, or none came to its end', async () => {
    expect((await report({ checks: [checkOf('lint', {})], results: [resultOf('lint')] })).summary).toBeNull();
    expect(
      (await report({ checks: [UNIT], results: [resultOf('unit', { status: 'not-run' })] })).summary,
    ).toBeNull();
  });
});

/** By the schema of OASIS, of draft 4, which differs from later ones in `id`. */
function sarifProblem(log: unknown): string | null {
  const file = new URL('fixtures/sarif/sarif-schema-2.1.0.json', import.meta.url);
  const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const ajv = new Ajv.default({ strict: false, validateFormats: false });
  const validate = ajv.compile(schema);
  return validate(log) ? null : ajv.errorsText(validate.errors);
}
