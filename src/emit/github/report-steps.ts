import type { ResolvedCheck } from '../../config/resolved.ts';
import type { Yaml, YamlMap } from '../yaml/yaml-data.ts';
import { quoted } from './expressions.ts';
import { job, type Grant } from './job.ts';
import { pinned } from './steps.ts';
import type { WorkflowContext } from './workflow-context.ts';

/** Where Glidepath puts together what the checks of a run reported. */
const REPORTS = '.glidepath/reports';

/** What was found, of all tools of a check in one file. */
const FINDINGS = 'findings.sarif';

/** Long enough to look at what failed before a holiday. */
const RETENTION_DAYS = 14;

/** Nothing is run here that belongs to the commit. */
const UPLOAD_MINUTES = 15;

/** Where findings go. GitHub asks for the second one in private repositories. */
const FINDINGS_GRANTS: readonly Grant[] = [
  { scope: 'security-events', access: 'write', why: 'shows findings in the code' },
  { scope: 'actions', access: 'read', why: 'names the run that found them' },
];

/** Keeps the reports of a check, also of one that failed. A run that is repeated takes their place. */
export function reportStep(context: WorkflowContext, check: ResolvedCheck): Yaml {
  return {
    name: 'Upload the reports',
    if: '!cancelled()',
    uses: pinned(context, 'actions/upload-artifact'),
    with: {
      name: artifactOf(check),
      path: REPORTS,
      'include-hidden-files': true,
      'if-no-files-found': 'ignore',
      'retention-days': RETENTION_DAYS,
      overwrite: true,
    },
  };
}

/**
 * A job that hands the findings to GitHub's code scanning: apart, because whoever may do that must not run what nobody
 * has read. Not for pull requests of others, whose token may not, and not where another commit was checked than the run is of.
 */
export function codeScanningJob(
  context: WorkflowContext,
  checks: readonly ResolvedCheck[],
  jobs: readonly string[],
): YamlMap | undefined {
  const found = checks.filter(({ reports }) => reports.sarif.length > 0);
  if (!context.project.github.codeScanning || found.length === 0) return undefined;
  const isOurs =
    "(github.event_name != 'pull_request' || (github.event.pull_request.head.repo.full_name == github.repository && github.event.pull_request.user.login != 'dependabot[bot]'))";
  return job(context, {
    name: 'Code scanning',
    needs: jobs,
    if: `!cancelled() && needs.changes.outputs.needed == 'true' && (inputs.ref == '' || inputs.ref == github.sha) && ${isOurs}`,
    timeoutMinutes: UPLOAD_MINUTES,
    grants: FINDINGS_GRANTS,
    steps: found.flatMap((check) => uploadSteps(context, check)),
  });
}

function uploadSteps(context: WorkflowContext, check: ResolvedCheck): Yaml[] {
  const path = `reports/${check.name}`;
  return [
    {
      name: `Download the findings of ${check.name}`,
      uses: pinned(context, 'actions/download-artifact'),
      // By a pattern it is no mistake that a check did not run.
      with: { pattern: artifactOf(check), path, 'merge-multiple': true },
    },
    {
      name: `Upload the findings of ${check.name}`,
      if: `hashFiles(${quoted(`${path}/${FINDINGS}`)}) != ''`,
      uses: pinned(context, 'github/codeql-action/upload-sarif'),
      with: { sarif_file: `${path}/${FINDINGS}`, category: check.name },
    },
  ];
}

function artifactOf({ name }: ResolvedCheck): string {
  return `reports-${name}`;
}

/** What the checks do on GitHub besides reading: whoever calls them has to grant it. */
export function reportGrants(context: WorkflowContext): readonly Grant[] {
  return context.project.github.codeScanning ? FINDINGS_GRANTS : [];
}
