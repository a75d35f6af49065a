import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ReportsSummary } from '../../src/reports/summary/reports-summary.ts';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';

const REPORTERS =
  '--test-reporter=junit --test-reporter-destination=out/test.xml --test-reporter=lcov --test-reporter-destination=out/test.lcov';

const CONFIG = `
import { check, defineProject } from 'glidepath';
export default defineProject({
  name: 'reported', apps: {}, environments: {},
  github: { repository: 'ada/shop', mainBranch: 'main' },
  ci: {
    checks: {
      test: check('mkdir -p out && node --test --experimental-test-coverage ${REPORTERS} test/cart.test.mjs', {
        retries: 1, env: ['TOKEN_OF_TESTS'], reports: { junit: ['out/test.xml'], coverage: ['out/test.lcov'] },
      }),
      broken: check('mkdir -p out && cp broken.xml out/broken.xml', { reports: { junit: ['out/broken.xml'] } }),
    },
  },
});
`;

/** Fails in the first try of a checkout and passes in the next, where it is told to by a file. */
const CART_TEST = `
import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { total } from '../src/cart.mjs';
test('adds up', () => {
  const isShaky = existsSync('out/shaky');
  rmSync('out/shaky', { force: true });
  assert.equal(total([1, 2]), isShaky ? 4 : 3, 'with ' + process.env.TOKEN_OF_TESTS);
});
`;

function rigWithReports(): Promise<ProjectRig> {
  return projectRig({
    'glidepath.config.ts': CONFIG,
    'src/cart.mjs':
      'export function total(prices) {\n  return prices.reduce((sum, price) => sum + price, 0);\n}\n',
    'test/cart.test.mjs': CART_TEST,
    'broken.xml': '<testsuite name="a"><testcase name="whole"/><testcase name="cut',
    '.gitignore': 'out\n.glidepath\nnode_modules\n',
  });
}

interface Document {
  readonly passed: boolean;
  readonly reports: ReportsSummary;
}

const files = ['junit.xml', 'coverage.lcov', 'coverage.cobertura.xml', 'summary.md', 'summary.json'];

test('what checks report is put together, said again, and there also where nothing had to run', async () => {
  await using rig = await rigWithReports();
  await rig.commit('First');
  await rig.git('checkout', '-q', '-b', 'change');
  rig.write(
    'src/cart.mjs',
    `${readFileSync(join(rig.dir, 'src/cart.mjs'), 'utf8')}export const never = () => {\n  return 0;\n};\n`,
  );
  const { code, stdout } = await rig.run('ci');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /Tests: 2 passed\nCoverage: [\d.]+ % \(change [\d.]+ %, \d new lines? not covered\)\n/,
  );
  expect(stdout).toContain('not covered: src/cart.mjs:');
  expect(stdout).toContain(
    'The report out/broken.xml of the check broken cannot be read completely: it ends within <testsuite> (line 1).',
  );
  const reports = join(rig.dir, '.glidepath/reports');
  expect(files.filter((file) => !existsSync(join(reports, file)))).toEqual([]);
  expect(existsSync(join(reports, 'findings.sarif'))).toBe(false);
  expect((await rig.run('ci', 'report')).stdout).toMatch(
    /^Tests: 2 passed\nCoverage: [^]*From test, broken, /,
  );
  // Gone, they come back from the cache with what was kept of the check.
  rmSync(reports, { recursive: true });
  rmSync(join(rig.dir, 'out'), { recursive: true });
  const again = await rig.json<Document>('ci');
  expect(again.reports.tests).toMatchObject({ passed: 2, failed: 0 });
  expect(again.reports.coverage?.change?.uncovered[0]?.path).toBe('src/cart.mjs');
  expect(readFileSync(join(reports, 'junit.xml'), 'utf8')).toContain('name="adds up"');
});

test('a test that passes when its check is tried again is named as flaky, and no secret of it is told', async () => {
  await using rig = await rigWithReports();
  await rig.commit('First');
  rig.write('out/shaky', '');
  const { code, stdout } = await rig.runWith(
    { TOKEN_OF_TESTS: 'tok_very_secret_1234' },
    'ci',
    '--only',
    'test',
  );
  expect(code).toBe(0);
  expect(stdout).toContain('Tests: 1 passed, 1 flaky');
  expect(stdout).toMatch(/~ adds up {2}flaky: in this run, /);
  const history = readFileSync(join(rig.dir, '.glidepath/cache/history/tests.ndjson'), 'utf8');
  expect(history.trim().split('\n')).toHaveLength(1);
  rig.write('test/cart.test.mjs', CART_TEST.replace('isShaky ? 4 : 3', '5'));
  const failed = await rig.runWith({ TOKEN_OF_TESTS: 'tok_very_secret_1234' }, 'ci', '--only', 'test');
  expect(failed.code).toBe(1);
  // The code changed: it has been flaky, and fails now for a reason.
  expect(failed.stdout).toMatch(
    /Tests: 0 passed, 1 failed, 1 flaky\n {2}✗ adds up {2}test\/cart\.test\.mjs:\d+\n {6}with \*\*\*\n/,
  );
  const all = files.map((file) => readFileSync(join(rig.dir, '.glidepath/reports', file), 'utf8')).join('\n');
  expect(all).toContain('with ***');
  expect(all).not.toContain('tok_very_secret_1234');
});

test('inside GitHub Actions failures are annotations at their lines, and a table in the summary', async () => {
  await using rig = await rigWithReports();
  rig.write('src/cart.mjs', 'export const total = () => 7;\n');
  await rig.commit('Wrong');
  const summary = join(rig.dir, 'out-summary.md');
  const env = {
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'ada/shop',
    GITHUB_SHA: 'abc123',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_STEP_SUMMARY: summary,
  };
  const { code, stdout } = await rig.runWith(env, 'ci', '--only', 'test');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^::error file=test\/cart\.test\.mjs,line=9,title=adds up::with undefined/m);
  const page = readFileSync(summary, 'utf8');
  expect(page).toContain('| ❌ | Tests | 0 passed, 1 failed |');
  expect(page).toContain('https://github.com/ada/shop/blob/abc123/test/cart.test.mjs#L9');
});
