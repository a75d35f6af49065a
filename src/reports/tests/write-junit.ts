import { xmlAttributes, xmlText } from '../xml/xml-text.ts';
import type { TestResult } from './test-result.ts';

/**
 * One JUnit file of the tests of all checks: a suite for each suite of each check, in their order, with `package` for the
 * check. Pure.
 */
export function writeJunit(results: readonly TestResult[]): string {
  const suites = Map.groupBy(results, ({ check, suite }) => JSON.stringify([check, suite]));
  const parts = [...suites.values()].map(suiteText);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${xmlAttributes({ name: 'glidepath', ...countsOf(results) })}>`,
    ...parts,
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteText(results: readonly TestResult[]): string {
  const [first] = results;
  const attributes = { name: first?.suite ?? '', package: first?.check ?? '', ...countsOf(results) };
  return [`  <testsuite${xmlAttributes(attributes)}>`, ...results.map(caseText), '  </testsuite>'].join('\n');
}

function countsOf(results: readonly TestResult[]): Record<string, string | number> {
  const count = (status: TestResult['status']): number =>
    results.filter((result) => result.status === status).length;
  return {
    tests: results.length,
    failures: count('failed'),
    errors: 0,
    skipped: count('skipped'),
    time: secondsOf(results.reduce((sum, { durationMs }) => sum + durationMs, 0)),
  };
}

function caseText(result: TestResult): string {
  const { suite, check, name, file, line, durationMs, status } = result;
  const classname = suite === '' ? check : suite;
  const head = `    <testcase${xmlAttributes({ name, classname, time: secondsOf(durationMs), file, line })}`;
  const tries = '      <flakyFailure message="failed before it passed"/>\n'.repeat(result.failedAttempts);
  if (status === 'passed') return tries === '' ? `${head}/>` : `${head}>\n${tries}    </testcase>`;
  const message = xmlAttributes({ message: result.message });
  if (status === 'skipped') return `${head}>\n      <skipped${message}/>\n    </testcase>`;
  return `${head}>\n      <failure${message}>${xmlText(result.output ?? '')}</failure>\n    </testcase>`;
}

function secondsOf(ms: number): string {
  return (ms / 1000).toFixed(6);
}
