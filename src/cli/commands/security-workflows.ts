import type { Severity } from '../../config/definition/ci-definition.ts';
import type { Finding } from '../../reports/finding.ts';
import type { WorkflowFinding } from '../../workflows/finding.ts';
import { ALL_RULES } from '../../workflows/rules/all-rules.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { finishSecurity } from '../security/finish-security.ts';
import { isWorkflowId } from '../security/kinds-of-ids.ts';
import { openSecurity, type TypedSecurityOptions } from '../security/security-work.ts';
import { counted } from '../views/text/counted.ts';
import { gatherFiles } from '../workflows/gather-files.ts';
import { lintRepository } from '../workflows/lint-repository.ts';

const SEVERITIES: Readonly<Record<WorkflowFinding['severity'], Severity>> = {
  error: 'high',
  warning: 'moderate',
  advice: 'low',
};

/** `glidepath security workflows`: what `github lint` finds, judged by the policy of the project. */
export async function securityWorkflows(
  context: CommandContext,
  typed: TypedSecurityOptions,
): Promise<ExitCode> {
  const work = await openSecurity(context);
  const gathered = gatherFiles(work.root, work.root, []);
  // A document may show what is wrong; nothing of it runs. `github lint` looks at documents, too.
  const asked = new Set([...gathered.asked].filter((path) => !/\.mdx?$/i.test(path)));
  const files = { ...gathered, asked };
  const { reports, notes } = await lintRepository(files, { isPedantic: false });
  const mistakes = reports.flatMap(({ file, mistakes: all }) =>
    all.map((mistake) => unreadable(file, mistake)),
  );
  return finishSecurity(work, typed, {
    command: 'security workflows',
    findings: [...mistakes, ...reports.flatMap(({ findings }) => findings.map(asFinding))],
    ignored: reports.flatMap(({ ignored }) =>
      ignored.map(({ finding, reason }) => ({ finding: asFinding(finding), reason })),
    ),
    looked: counted(reports.length, 'file'),
    tools: ['workflows'],
    skipped: notes,
    concerns: isWorkflowId,
  });
}

function asFinding({ rule, severity, message, why, hint, file, line }: WorkflowFinding): Finding {
  const title = ALL_RULES.find(({ id }) => id === rule)?.title;
  return {
    id: rule,
    ...(title === undefined ? {} : { title }),
    severity: SEVERITIES[severity],
    message: `${message} ${why}`,
    hint,
    tool: 'workflows',
    place: { path: file, line },
    package: null,
    url: null,
  };
}

function unreadable(
  file: string,
  { line, message }: { readonly line: number; readonly message: string },
): Finding {
  return {
    id: 'yaml-syntax',
    title: 'A file that is not valid YAML',
    severity: 'high',
    message: `This is not valid YAML: ${message}`,
    hint: null,
    tool: 'workflows',
    place: { path: file, line },
    package: null,
    url: null,
  };
}
