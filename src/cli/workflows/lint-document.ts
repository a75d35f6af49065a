import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { fingerprints } from '../../migrations/lint/fingerprints.ts';
import type { Severity, WorkflowFinding, WorkflowReport } from '../../workflows/finding.ts';

/** What `github lint --json` prints. */
export interface WorkflowLintDocument {
  readonly files: number;
  readonly counts: Readonly<Record<Severity, number>>;
  readonly findings: readonly (WorkflowFinding & { readonly fingerprint: string })[];
  /** Left out by a directive, each with its reason. */
  readonly ignored: readonly (WorkflowFinding & { readonly reason: string })[];
  /** What is no YAML, each with the code WORKFLOW_INVALID. */
  readonly diagnostics: readonly Diagnostic[];
  readonly notes: readonly string[];
}

/** All of it, as data. */
export function workflowLintDocument(
  reports: readonly WorkflowReport[],
  notes: readonly string[],
): WorkflowLintDocument {
  const findings = reports.flatMap((report) => {
    const prints = fingerprints(report.findings);
    return report.findings.map((finding, at) => ({ ...finding, fingerprint: prints[at] ?? '' }));
  });
  const count = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  return {
    files: reports.length,
    counts: { error: count('error'), warning: count('warning'), advice: count('advice') },
    findings,
    ignored: reports.flatMap((report) =>
      report.ignored.map(({ finding, reason }) => ({ ...finding, reason })),
    ),
    diagnostics: reports.flatMap(({ file, mistakes }) =>
      mistakes.map(({ line, column, message }): Diagnostic => ({
        severity: 'error',
        code: 'WORKFLOW_INVALID',
        message: `This is not valid YAML: ${message}`,
        location: { file, line, column },
      })),
    ),
    notes,
  };
}
