import type { Severity } from './finding.ts';
import { isSqlForm } from './safe-forms/is-sql-form.ts';
import type { SarifFinding, SarifReport } from './sarif.ts';

const COMMANDS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', advice: 'notice' };

/**
 * Workflow commands that GitHub shows as annotations at their lines (docs.github.com, Workflow commands, "Setting an
 * error message"). `pathOf` makes the path from the root of the repository, by which GitHub finds the file; `syntaxTitle` stands above what cannot be read. GitHub shows
 * ten of each severity in a step, so the gravest come first.
 */
export function githubAnnotations(
  reports: readonly SarifReport[],
  pathOf: (file: string) => string,
  syntaxTitle = 'SQL syntax',
): readonly string[] {
  const mistakes = reports.flatMap((report) =>
    report.mistakes.map(({ line, column, message }) =>
      command('error', { file: pathOf(report.file), line, col: column, title: syntaxTitle }, message),
    ),
  );
  const severities = ['error', 'warning', 'advice'] as const;
  const findings = severities.flatMap((severity) =>
    reports.flatMap((report) =>
      report.findings
        .filter((finding) => finding.severity === severity)
        .map((finding) => annotation(finding, pathOf(report.file))),
    ),
  );
  return [...mistakes, ...findings];
}

function annotation(finding: SarifFinding, file: string): string {
  const { rule, line, column, message, why, safeForm, severity } = finding;
  const text = [message, why, safeForm === null ? null : withHeading(safeForm)];
  return command(
    COMMANDS[severity],
    { file, line, col: column, title: rule },
    text.filter((part) => part !== null).join('\n\n'),
  );
}

function withHeading(form: string): string {
  return isSqlForm(form) ? `Without harm:\n${form}` : form;
}

function command(name: string, properties: Readonly<Record<string, string | number>>, text: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${property(String(value))}`);
  return `::${name} ${list.join(',')}::${data(text)}`;
}

/** What would end a line, or stand for another character. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** And what would end a property. */
function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
