import { ownVersion } from '../../util/own-file.ts';
import type { WorkflowReport } from '../../workflows/finding.ts';
import { RULES_PAGE } from '../../workflows/finding-of.ts';
import { RULE_CATALOGUE } from '../../workflows/lint-files.ts';
import type { CommandContext } from '../command-context.ts';
import { LINT_DOCUMENTS, topOf } from '../lint/lint-origin.ts';
import { lintAnnotations } from '../lint/lint-annotations.ts';
import { sarifLog, type SarifReport, type SarifRule } from '../lint/lint-sarif.ts';
import { pathFrom } from '../migrations/lint-set.ts';
import { writeJson } from '../output.ts';
import { renderWorkflowLint, workflowLintSummary } from '../views/github/workflow-lint.ts';
import { workflowLintDocument } from './lint-document.ts';
import type { LintedRepositoryFiles } from './lint-repository.ts';

/** In what form it is printed. */
export type LintFormat = 'human' | 'json' | 'sarif' | 'github';

/** What stands for text that is no YAML. */
const YAML_RULE: SarifRule = {
  id: 'yaml-syntax',
  title: 'Text that is no YAML',
  what: 'A file that cannot be read as YAML 1.2.',
  why: 'GitHub does not see the workflow at all.',
  page: 'docs/errors/WORKFLOW_INVALID.md',
  severity: 'error',
};

/** Prints what was found, in the form that was asked for. */
export async function writeWorkflowLint(
  { output, cwd }: CommandContext,
  format: LintFormat,
  { reports, notes }: LintedRepositoryFiles,
): Promise<void> {
  const style = { color: output.color, width: output.width, notes };
  if (format === 'human') {
    output.write(renderWorkflowLint(reports, style));
    return;
  }
  if (format === 'json') {
    writeJson(output, workflowLintDocument(reports, notes));
    return;
  }
  const top = await topOf(cwd);
  const pathOf = (file: string): string => pathFrom(top, cwd, file);
  if (format === 'sarif') {
    const rules = RULE_CATALOGUE.map((rule) => ({ ...rule, page: `${RULES_PAGE}#${rule.id}` }));
    const about = {
      version: ownVersion(),
      documents: LINT_DOCUMENTS,
      linter: 'github-lint',
      syntax: YAML_RULE,
    };
    writeJson(output, sarifLog({ reports: reports.map(asTold), rules, pathOf, ...about }));
    return;
  }
  for (const line of lintAnnotations(reports.map(asTold), pathOf, 'YAML syntax')) output.write(line);
  // GitHub shows the annotations elsewhere; whoever reads the log wants to know how it ended.
  output.error(workflowLintSummary(reports, { ...style, color: false }));
}

/** In the form of what is found in migrations, with what to write instead behind why. */
function asTold({ file, findings, mistakes }: WorkflowReport): SarifReport {
  const told = findings.map((finding) => ({
    ...finding,
    why: [finding.why, `Instead: ${finding.hint}`, finding.code].filter((part) => part !== null).join('\n\n'),
    safeForm: null,
  }));
  return { file, findings: told, mistakes };
}
