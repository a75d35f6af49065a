import type { Severity } from '../../config/definition/ci-definition.ts';
import type { ReportsSummary } from '../../reports/summary/reports-summary.ts';
import { annotation, type AnnotationPlace } from '../github/annotations.ts';
import { testName } from '../views/checks/reports.ts';

type Level = 'error' | 'warning' | 'notice';

/** GitHub shows ten of each level in a step (docs.github.com, "Workflow commands"); two are left for the check and the command. */
const SHOWN_MAX = 8;
const LEVELS: Readonly<Record<Severity, Level>> = {
  critical: 'error',
  high: 'error',
  moderate: 'warning',
  low: 'notice',
};

interface Annotated {
  readonly level: Level;
  readonly place: AnnotationPlace;
  readonly message: string;
}

/**
 * Lines that GitHub Actions shows beside the code: tests that failed, then findings, flaky tests, and new lines that no
 * test ran. Not more of a level than GitHub shows; the summary has the rest. Pure.
 */
export function reportsAnnotations(summary: ReportsSummary): string {
  const counts: Record<Level, number> = { error: 0, warning: 0, notice: 0 };
  const shown = annotated(summary).filter(({ level }) => ++counts[level] <= SHOWN_MAX);
  return shown.map(({ level, place, message }) => annotation(level, place, message)).join('');
}

function annotated({ tests, coverage, findings, prefix }: ReportsSummary): Annotated[] {
  const at = (path: string | null, line: number | null): Pick<AnnotationPlace, 'file' | 'line'> => ({
    ...(path === null ? {} : { file: `${prefix}${path}` }),
    ...(path === null || line === null ? {} : { line }),
  });
  return [
    ...(tests?.failures ?? []).map((test) => ({
      level: 'error' as const,
      place: { title: testName(test), ...at(test.file, test.line) },
      message: test.message ?? `The test failed, in the check ${test.check}.`,
    })),
    ...(findings?.list ?? []).map(({ severity, id, message, hint, place }) => ({
      level: LEVELS[severity],
      place: { title: id, ...at(place?.path ?? null, place?.line ?? null) },
      message: hint === null ? message : `${message}\n${hint}`,
    })),
    ...(tests?.flaky ?? [])
      .filter(({ status }) => status !== 'failed')
      .map((test) => ({
        level: 'warning' as const,
        place: { title: `Flaky: ${testName(test)}`, ...at(test.file, test.line) },
        message: `It failed and passed on the same code, in ${test.times} of the last ${test.runs} runs.`,
      })),
    ...(coverage?.change?.uncovered ?? []).map(({ path, from, to }) => ({
      level: 'notice' as const,
      place: { title: 'Not covered', ...at(path, from) },
      message: from === to ? 'No test ran this new line.' : `No test ran the new lines ${from} to ${to}.`,
    })),
  ];
}
