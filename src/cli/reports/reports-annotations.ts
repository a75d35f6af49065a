import type { Severity } from '../../config/definition/ci-definition.ts';
import type { ReportsSummary } from '../../reports/summary/reports-summary.ts';
import type { AnnotationPlace } from '../github/annotations.ts';
import type { Annotated, AnnotationLevel } from '../github/fit-annotations.ts';
import { testName } from '../views/checks/reports.ts';

const LEVELS: Readonly<Record<Severity, AnnotationLevel>> = {
  critical: 'error',
  high: 'error',
  moderate: 'warning',
  low: 'notice',
};

/**
 * What GitHub Actions is to show beside the code: tests that failed, then findings, flaky tests, and new lines that no
 * test ran; of each, those that count most come first. Pure.
 */
export function reportsAnnotations({
  tests,
  coverage,
  findings,
  prefix,
}: ReportsSummary): readonly (readonly Annotated[])[] {
  const at = (path: string | null, line: number | null): Pick<AnnotationPlace, 'file' | 'line'> => ({
    ...(path === null ? {} : { file: `${prefix}${path}` }),
    ...(path === null || line === null ? {} : { line }),
  });
  return [
    (tests?.failures ?? []).map((test) => ({
      level: 'error',
      place: { title: testName(test), ...at(test.file, test.line) },
      message: test.message ?? `The test failed, in the check ${test.check}.`,
    })),
    (findings?.list ?? []).map(({ severity, id, message, hint, place }) => ({
      level: LEVELS[severity],
      place: { title: id, ...at(place?.path ?? null, place?.line ?? null) },
      message: hint === null ? message : `${message}\n${hint}`,
    })),
    (tests?.flaky ?? [])
      .filter(({ status }) => status !== 'failed')
      .map((test) => ({
        level: 'warning',
        place: { title: `Flaky: ${testName(test)}`, ...at(test.file, test.line) },
        message: `It failed and passed on the same code, in ${test.times} of the last ${test.runs} runs.`,
      })),
    (coverage?.change?.uncovered ?? []).map(({ path, from, to }) => ({
      level: 'notice',
      place: { title: 'Not covered', ...at(path, from) },
      message: from === to ? 'No test ran this new line.' : `No test ran the new lines ${from} to ${to}.`,
    })),
  ];
}
