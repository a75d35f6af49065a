import type { Severity } from '../../migrations/lint/finding.ts';
import { isSqlForm } from '../../migrations/lint/safe-forms/is-sql-form.ts';
import { annotation } from '../github/annotations.ts';
import type { SarifFinding, SarifReport } from './lint-sarif.ts';

const LEVELS = { error: 'error', warning: 'warning', advice: 'notice' } as const satisfies Record<
  Severity,
  string
>;

/**
 * Workflow commands that GitHub shows as annotations at their lines (docs.github.com, Workflow commands, "Setting an
 * error message"). `pathOf` makes the path from the root of the repository, by which GitHub finds the file; `syntaxTitle` stands above what cannot be read. GitHub shows
 * ten of each severity in a step, so the gravest come first. Each ends with a line break.
 */
export function lintAnnotations(
  reports: readonly SarifReport[],
  pathOf: (file: string) => string,
  syntaxTitle = 'SQL syntax',
): readonly string[] {
  const mistakes = reports.flatMap((report) =>
    report.mistakes.map(({ line, column, message }) =>
      annotation('error', { file: pathOf(report.file), line, column, title: syntaxTitle }, message),
    ),
  );
  const severities = ['error', 'warning', 'advice'] as const;
  const findings = severities.flatMap((severity) =>
    reports.flatMap((report) =>
      report.findings
        .filter((finding) => finding.severity === severity)
        .map((finding) => findingAnnotation(finding, pathOf(report.file))),
    ),
  );
  return [...mistakes, ...findings];
}

function findingAnnotation(finding: SarifFinding, file: string): string {
  const { rule, line, column, message, why, safeForm, severity } = finding;
  const text = [message, why, safeForm === null ? null : withHeading(safeForm)];
  return annotation(
    LEVELS[severity],
    { file, line, column, title: rule },
    text.filter((part) => part !== null).join('\n\n'),
  );
}

function withHeading(form: string): string {
  return isSqlForm(form) ? `Without harm:\n${form}` : form;
}
