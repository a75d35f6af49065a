import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { outputFiles, outputGlobs } from '../../checks/cache/output-files.ts';
import type { ResolvedCheck } from '../../config/resolved.ts';
import type { Coverage } from '../../reports/covered-lines/coverage.ts';
import { mergeCoverage } from '../../reports/covered-lines/merge-coverage.ts';
import { parseCoverage } from '../../reports/covered-lines/parse-coverage.ts';
import type { Finding } from '../../reports/finding.ts';
import { parseSarif } from '../../reports/sarif/parse-sarif.ts';
import type { SourceRoot } from '../../reports/source-path.ts';
import { parseJunit } from '../../reports/tests/parse-junit.ts';

/** What the reports of checks say together. */
export interface ReportFigures {
  /** Null: no check wrote a report of it that could be read. */
  readonly coverage: Coverage | null;
  readonly findings: readonly Finding[];
  /** Tests that failed before they passed. */
  readonly flaky: readonly string[];
  /** `coverage/lcov.info: it is empty`. */
  readonly problems: readonly string[];
}

/** Reads the reports that checks have left in a checkout. One that cannot be read is a problem, and never an error. */
export async function readFigures(root: string, checks: readonly ResolvedCheck[]): Promise<ReportFigures> {
  const coverage: Coverage[] = [];
  const findings: Finding[] = [];
  const flaky: string[] = [];
  const problems: string[] = [];
  for (const { name, directory, reports } of checks) {
    const place: SourceRoot = { root, directory, exists: (path) => existsSync(join(root, path)) };
    await eachReport(root, reports.coverage, (path, text) => {
      const report = parseCoverage(text, place);
      if (report.coverage.size > 0) coverage.push(report.coverage);
      if (report.problem !== null) problems.push(`${path}: ${report.problem}`);
    });
    await eachReport(root, reports.sarif, (path, text) => {
      const report = parseSarif(text, place);
      findings.push(...report.findings);
      if (report.problem !== null) problems.push(`${path}: ${report.problem}`);
    });
    await eachReport(root, reports.junit, (_path, text) => {
      for (const test of parseJunit(text, { check: name, place }).results) {
        if (test.status !== 'passed' || test.failedAttempts === 0) continue;
        const title = test.suite === '' ? test.name : `${test.suite} › ${test.name}`;
        flaky.push(
          `${title} failed ${test.failedAttempts === 1 ? 'once' : `${test.failedAttempts} times`} before it passed`,
        );
      }
    });
  }
  return { coverage: coverage.length === 0 ? null : mergeCoverage(coverage), findings, flaky, problems };
}

async function eachReport(
  root: string,
  globs: readonly string[],
  take: (path: string, text: string) => void,
): Promise<void> {
  for (const path of outputFiles(root, outputGlobs(globs)))
    take(path, await readFile(join(root, path), 'utf8'));
}
