import { RULE_CATALOGUE } from '../../migrations/lint/lint-files.ts';
import type { FileReport } from '../../migrations/lint/lint-report.ts';
import { ownVersion } from '../../util/own-file.ts';
import type { CommandContext } from '../command-context.ts';
import { LINT_DOCUMENTS, topOf } from '../lint/lint-origin.ts';
import { lintAnnotations } from '../lint/lint-annotations.ts';
import { SQL_SYNTAX_RULE, sarifLog } from '../lint/lint-sarif.ts';
import { writeJson } from '../output.ts';
import { lintSummary, renderLint } from '../views/database/lint.ts';
import { lintDocument } from './lint-document.ts';
import type { LintOptions } from './lint-options.ts';
import { pathFrom } from './lint-set.ts';

/** What came of it. */
export interface LintResult {
  readonly root: string;
  readonly reports: readonly FileReport[];
  readonly notes: readonly string[];
}

/** Prints what was found, in the form that was asked for. */
export async function writeLint(
  { output, cwd }: CommandContext,
  { format }: LintOptions,
  { reports, notes }: LintResult,
): Promise<void> {
  if (format === 'human') {
    output.write(renderLint(reports, { color: output.color, width: output.width, notes }));
    return;
  }
  if (format === 'json') {
    writeJson(output, lintDocument(reports, notes));
    return;
  }
  const top = await topOf(cwd);
  const pathOf = (file: string): string => (file.startsWith('<') ? file : pathFrom(top, cwd, file));
  if (format === 'sarif') {
    const about = {
      version: ownVersion(),
      documents: LINT_DOCUMENTS,
      linter: 'db-lint',
      syntax: SQL_SYNTAX_RULE,
    };
    writeJson(output, sarifLog({ reports, rules: sarifRules(), pathOf, ...about }));
    return;
  }
  for (const line of lintAnnotations(reports, pathOf)) output.write(line);
  // GitHub shows the annotations elsewhere; whoever reads the log wants to know how it ended.
  output.error(lintSummary(reports, { color: false, width: output.width, notes }));
}

function sarifRules(): Parameters<typeof sarifLog>[0]['rules'] {
  return RULE_CATALOGUE.map((rule) => ({ ...rule, page: `docs/reference/migration-rules.md#${rule.id}` }));
}
