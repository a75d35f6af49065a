import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { Finding, Severity } from '../../migrations/lint/finding.ts';
import { fingerprints } from '../../migrations/lint/fingerprints.ts';
import type { FileReport } from '../../migrations/lint/lint-report.ts';
import type { SqlSyntaxError } from '../../migrations/lint/parse/parse-sql.ts';

/** What `db lint --json` prints. */
export interface LintDocument {
  readonly files: number;
  readonly statements: number;
  readonly counts: Readonly<Record<Severity, number>>;
  readonly findings: readonly (Finding & { readonly fingerprint: string })[];
  /** Left out by a directive, each with its reason. */
  readonly ignored: readonly (Finding & { readonly reason: string })[];
  /** What Postgres cannot read, each with the code SQL_SYNTAX. */
  readonly diagnostics: readonly Diagnostic[];
  readonly notes: readonly string[];
}

/** All of it, as data. */
export function lintDocument(reports: readonly FileReport[], notes: readonly string[]): LintDocument {
  const findings = reports.flatMap((report) => {
    const prints = fingerprints(report.findings);
    return report.findings.map((finding, at) => ({ ...finding, fingerprint: prints[at] ?? '' }));
  });
  const count = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  return {
    files: reports.length,
    statements: reports.reduce((sum, report) => sum + report.statements, 0),
    counts: { error: count('error'), warning: count('warning'), advice: count('advice') },
    findings,
    ignored: reports.flatMap((report) =>
      report.ignored.map(({ finding, reason }) => ({ ...finding, reason })),
    ),
    diagnostics: reports.flatMap((report) =>
      report.mistakes.map((mistake) => syntaxDiagnostic(report.file, mistake)),
    ),
    notes,
  };
}

/** A place that Postgres' parser refuses, as a mistake of whoever wrote it. */
function syntaxDiagnostic(file: string, { line, column, message, hint }: SqlSyntaxError): Diagnostic {
  return {
    severity: 'error',
    code: 'SQL_SYNTAX',
    message: `Postgres cannot read this: ${message}`,
    ...(hint === null ? {} : { hint }),
    location: { file, line, column },
  };
}
