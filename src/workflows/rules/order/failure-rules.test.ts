import { describe, expect, test } from 'vitest';
import { lintFiles } from '../../lint-files.ts';

function found(files: Readonly<Record<string, string>>): readonly string[] {
  const sources = Object.entries(files).map(([file, text]) => ({ path: `.github/workflows/${file}`, text }));
  return lintFiles(sources, {}).flatMap(({ file, findings }) =>
    findings
      .filter(({ rule }) => /^(deploy-after-failure|check-cannot-fail)$/.test(rule))
      .map(({ rule, line }) => `${rule} ${file.split('/').at(-1)}:${line}`),
  );
}

const job = (id: string, lines: string, run: string): string =>
  `  ${id}:\n${lines}    runs-on: ubuntu-24.04\n    steps:\n      - run: ${run}\n`;

/** A test, a deployment with this condition, and what stands between. */
function deployed(condition: string, needs = 'test', between = ''): boolean {
  const test = job('test', '', 'npm test');
  const deploy = job('deploy', `    needs: [${needs}]\n    if: ${condition}\n`, 'flyctl deploy');
  return found({ 'x.yml': `on: push\njobs:\n${test}${between}${deploy}` }).length > 0;
}

describe('a deployment runs although its test failed', () => {
  test.each([
    ['always()'],
    ["${{ always() && github.ref == 'refs/heads/main' }}"],
    ["github.ref == 'refs/heads/main' || failure()"],
    ["always() && needs.test.result != 'skipped'"],
    ["always() && needs.test.result != 'failure'"],
    ["!cancelled() && (needs.test.result == 'success' || inputs.force)"],
    ['success() || always()'],
  ])('where it is asked: %s', (condition) => {
    expect(deployed(condition.startsWith('!') ? `\${{ ${condition} }}` : condition)).toBe(true);
  });

  test('also by a job between that runs anyway', () => {
    const anyway = job('prepare', '    needs: test\n    if: always()\n', 'make');
    expect(deployed("${{ !cancelled() && needs.prepare.result == 'success' }}", 'prepare', anyway)).toBe(
      true,
    );
    const then = job('prepare', '    needs: test\n', 'make');
    expect(deployed("${{ !cancelled() && needs.prepare.result == 'success' }}", 'prepare', then)).toBe(false);
  });
});

describe('a deployment does not run after a failure', () => {
  test.each([
    ["github.ref == 'refs/heads/main'"],
    ['success()'],
    ["${{ !cancelled() && needs.test.result == 'success' }}"],
    ["always() && needs.test.result == 'success' && github.ref == 'refs/heads/main'"],
    ["always() && !contains(needs.*.result, 'failure') && !contains(needs.*.result, 'cancelled')"],
    ["always() && !contains(join(needs.*.result, ','), 'failure') && !cancelled()"],
    ['always() && !failure() && !cancelled()'],
    // A way back: it runs after failures alone.
    ['failure()'],
  ])('where it is asked: %s', (condition) => {
    expect(deployed(condition)).toBe(false);
  });

  test('nor where only a job failed that checks nothing', () => {
    const note = job('changelog', '', 'make changelog');
    const condition = "${{ !cancelled() && needs.test.result == 'success' }}";
    expect(deployed(condition, 'test, changelog', note)).toBe(false);
  });

  test('nor where the step that deploys is for another choice than the one that goes on', () => {
    const gate = job('gate', '', 'true');
    const deploy = `  live:\n    needs: gate\n    if: \${{ !cancelled() && (inputs.action == 'status' || needs.gate.result == 'success') }}\n    runs-on: ubuntu-24.04\n    steps:\n      - if: inputs.action == 'deploy'\n        run: flyctl deploy\n`;
    const on = 'on:\n  workflow_dispatch:\n    inputs:\n      action:\n        type: string\njobs:\n';
    expect(found({ 'x.yml': on + gate + deploy })).toEqual([]);
    expect(found({ 'x.yml': on + gate + deploy.replace("'deploy'", "'status'") })).toHaveLength(1);
  });
});

describe('a check before a deployment cannot fail', () => {
  const deploy = job('deploy', '    needs: test\n', 'flyctl deploy');
  const step = (lines: string): string =>
    `on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n${lines}${deploy}`;

  test('by the job, by the step, and by its command', () => {
    const tolerant = job('test', '    continue-on-error: true\n', 'npm test');
    expect(found({ 'x.yml': `on: push\njobs:\n${tolerant}${deploy}` })).toEqual([
      'check-cannot-fail x.yml:4',
    ]);
    expect(found({ 'x.yml': step('      - run: npm test\n        continue-on-error: true\n') })).toEqual([
      'check-cannot-fail x.yml:7',
    ]);
    expect(found({ 'x.yml': step('      - run: npm test || true\n') })).toEqual([
      'check-cannot-fail x.yml:6',
    ]);
    expect(found({ 'x.yml': step('      - run: |\n          make\n          npm run lint || :\n') })).toEqual(
      ['check-cannot-fail x.yml:8'],
    );
  });

  test('also in a workflow that is called', () => {
    const called = `on: workflow_call\njobs:\n${job('unit', '', 'npm test || exit 0')}`;
    const caller = `on: push\njobs:\n  ci:\n    uses: ./.github/workflows/ci.yml\n${job('deploy', '    needs: ci\n', 'flyctl deploy')}`;
    expect(found({ 'ci.yml': called, 'x.yml': caller })).toEqual(['check-cannot-fail ci.yml:6']);
    expect(found({ 'ci.yml': called })).toEqual([]);
  });

  test('but may, where its outcome is read, where it checks nothing, and where nothing is deployed after it', () => {
    const read =
      "      - run: npm test\n        id: tests\n        continue-on-error: true\n      - if: steps.tests.outcome == 'failure'\n        run: exit 1\n";
    expect(found({ 'x.yml': step(read) })).toEqual([]);
    expect(found({ 'x.yml': step('      - run: docker rm old || true\n      - run: npm test\n') })).toEqual(
      [],
    );
    expect(found({ 'x.yml': `on: push\njobs:\n${job('test', '', 'npm test || true')}` })).toEqual([]);
  });
});
